# SPDX-License-Identifier: Apache-2.0
# SPDX-FileCopyrightText: 2026 The tfeed authors
# What is in a folder is to be named.
mkdir folder
tfeed count folder
tfeed count folder/ 'folder/*'
