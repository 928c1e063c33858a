/* SPDX-License-Identifier: Apache-2.0
 * SPDX-FileCopyrightText: 2026 The tfeed authors
 *
 * io.h - file systems as tables of functions, so that a program can add its own.
 *
 * Three come with tfeed: local files (mapped or read, written under a temporary name and renamed),
 * files in memory, and sinks: functions of the program that take what is written. Whatever opens a
 * file takes such a table in its options; NULL is local files.
 *
 *      records, idx, …            what a file holds
 *      streams                    whole or compressed, block by block
 *      struct tfeed_file_system   local files │ memory │ a sink │ yours
 */
#ifndef TFEED_IO_H
#define TFEED_IO_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <tfeed/allocator.h>
#include <tfeed/status.h>
#include <tfeed/tensor.h>

#ifdef __cplusplus
extern "C" {
#endif

/** How a whole stream is compressed. */
enum tfeed_compression {
    TFEED_COMPRESSION_AUTO = 0, /**< reading: recognised by content */
    TFEED_COMPRESSION_NONE = 1,
    TFEED_COMPRESSION_GZIP = 2,
    TFEED_COMPRESSION_ZLIB = 3,
    TFEED_COMPRESSION_SNAPPY = 4 /**< blocks of Snappy, each behind its length, as TensorFlow
                                      frames them */
};

/** "auto", "none", "gzip", "zlib" or "snappy"; "unknown" for a number outside the list. Static. */
TFEED_API const char *tfeed_compression_name(enum tfeed_compression compression);

/** The compression of a name as above (any case; "" is none, as TensorFlow writes it).
 *  @return TFEED_OK or TFEED_INVALID_ARGUMENT naming the words that are known */
TFEED_API TFEED_MUST_USE tfeed_status tfeed_compression_parse(
    const char *name, enum tfeed_compression *ret_compression, struct tfeed_error *reterr);

/** The size of an input that does not have one: a pipe, a terminal, a device. */
#define TFEED_SIZE_UNKNOWN UINT64_MAX

/** How an output is opened; flags are or-ed. */
enum tfeed_output_flag {
    TFEED_OUTPUT_OVERWRITE = 1u << 0, /**< an existing file is replaced, else ALREADY_EXISTS */
    TFEED_OUTPUT_IN_PLACE = 1u << 1,  /**< the file is there under its path from the open on: empty,
                                           then with all that was flushed. Discarding it leaves what
                                           was written */
    TFEED_OUTPUT_APPEND = 1u << 2,    /**< as IN_PLACE, but what the file holds stays, and what is
                                           written comes behind it; it is made if it is missing */
    TFEED_OUTPUT_SYNC = 1u << 3       /**< what was written is on the disk when it is committed,
                                           and so is the file's name */
};

/** What a path leads to. */
struct tfeed_file_info {
    uint64_t size; /**< in bytes, or TFEED_SIZE_UNKNOWN (a pipe, a device, a folder) */
    bool is_folder;
    uint64_t modified_ns; /**< when its content last changed, since 1970; 0: not known */
};

/** Is given one name of a folder; a status other than OK ends the listing, which returns it. */
typedef tfeed_status (*tfeed_file_found_fn)(void *found_data, const char *name,
                                            struct tfeed_error *reterr);

/**
 * A file system: how inputs are opened and read, and how outputs are written so that they appear
 * whole or not at all.
 *
 * `input` and `output` are the file system's own objects, made by its open functions with the
 * allocator given there. Failures are reported as everywhere: the code is returned, and reterr
 * (which may be NULL) gets a one-line message that names the path.
 *
 * Inputs. Each belongs to one thread at a time. One without a size is read in rising order of
 * offsets, so that a pipe can be one.
 *
 * Outputs. Each belongs to one thread at a time. commit and discard end one: exactly one of them is
 * called, once. A file system hides an output under its path until it is committed, unless it was
 * opened in place or to append.
 *
 * Ownership:     the table is borrowed for the life of every object opened with it.
 * Thread safety: the open functions are fully concurrent; inputs and outputs: distinct objects.
 * Since:         0.1
 */
struct tfeed_file_system {
    size_t struct_size; /**< sizeof(struct tfeed_file_system) */
    const char *name;   /**< for messages: "local" */
    void *user_data;    /**< given to the open functions */

    /** NOT_FOUND and so on as the file system says. */
    tfeed_status (*open_input)(void *user_data, const char *path,
                               const struct tfeed_allocator *allocator, void **ret_input,
                               struct tfeed_error *reterr);
    /** Blocks that came from map stay valid. */
    void (*close_input)(void *input);
    /** The size in bytes now (a live file grows), or TFEED_SIZE_UNKNOWN. */
    uint64_t (*input_size)(void *input);
    /** Reads 1 to len bytes at `offset`, which, where the size is unknown, is where the read before
     *  ended; *ret_len 0 is the end of the file. Blocks on I/O. */
    tfeed_status (*read)(void *input, uint64_t offset, void *data, size_t len, size_t *ret_len,
                         struct tfeed_error *reterr);
    /** The whole content as memory, in a block made by this call; the caller gets its reference.
     *  UNIMPLEMENTED: this input must be read. NULL: none can be mapped. */
    tfeed_status (*map)(void *input, struct tfeed_bytes *ret_content, struct tfeed_error *reterr);

    /** `flags`: of enum tfeed_output_flag. NULL: this file system cannot be written. */
    tfeed_status (*open_output)(void *user_data, const char *path, uint32_t flags,
                                const struct tfeed_allocator *allocator, void **ret_output,
                                struct tfeed_error *reterr);
    /** Appends all of len bytes, or fails. After a failure only discard is called. */
    tfeed_status (*write)(void *output, const void *data, size_t len, struct tfeed_error *reterr);
    /** Hands what was written to whoever reads the file next to us (for local files: to the
     *  operating system; not necessarily to the disk). */
    tfeed_status (*flush)(void *output, struct tfeed_error *reterr);
    /** Makes the file appear whole under its path and ends the output, also on failure: then
     *  nothing has appeared. ALREADY_EXISTS: somebody else made the file in between. */
    tfeed_status (*commit)(void *output, struct tfeed_error *reterr);
    /** Forgets everything written and ends the output. */
    void (*discard)(void *output);

    /** What the path leads to. NOT_FOUND: nothing is there. NULL, with `list`: names are opened
     *  unseen, and there are no patterns. */
    tfeed_status (*look)(void *user_data, const char *path, struct tfeed_file_info *ret_info,
                         struct tfeed_error *reterr);
    /** Gives `found` the name of everything that lies directly in `folder`, in any order; one may
     *  come more than once. `folder` ends with a slash, or is "": where paths begin that do not
     *  begin with a slash. NOT_FOUND: there is no such folder. NULL: see `look`. */
    tfeed_status (*list)(void *user_data, const char *folder, tfeed_file_found_fn found,
                         void *found_data, struct tfeed_error *reterr);

    /** Takes away what lies behind the first `size` bytes of an output that was opened to append;
     *  what is written next comes there. Called before any write; size is at most what the file
     *  holds. NULL: this file system opens no output in place or to append, and is not asked to. */
    tfeed_status (*cut)(void *output, uint64_t size, struct tfeed_error *reterr);
};

/**
 * The local files: what a NULL file system stands for.
 *
 * Inputs: any file that can be opened; "-" is standard input. Regular files are mapped or read by
 * pread, everything else is read in order.
 *
 * Outputs: a file grows as ".NAME.tfeed-XXXXXXXX" beside its place, with the mode that the umask
 * gives, and is renamed by commit; without TFEED_OUTPUT_OVERWRITE even a file made meanwhile is not
 * clobbered. A symbolic link stays, its target is replaced. Devices, FIFOs, sockets and "-"
 * (standard output) are written through: there commit reports what close says, and discard takes
 * nothing back; they cannot be appended to (INVALID_ARGUMENT). Nothing is synced to the disk unless
 * TFEED_OUTPUT_SYNC asks for it: else after a power failure a new file may be missing or empty.
 *
 * Thread safety: fully concurrent.
 */
TFEED_API const struct tfeed_file_system *tfeed_local_files(void);

/**
 * Files in memory, by name: for tests, and for programs that keep their data to themselves.
 *
 * Committed content never changes: inputs and mapped blocks go on seeing what they opened when the
 * name is written anew.
 *
 * Thread safety: fully concurrent.
 */
struct tfeed_memory_files;

/** @return TFEED_OK or TFEED_RESOURCE_EXHAUSTED */
TFEED_API TFEED_MUST_USE tfeed_status
tfeed_memory_files_new(const struct tfeed_allocator *allocator,
                       struct tfeed_memory_files **ret_files, struct tfeed_error *reterr);

/** Inputs and outputs must have ended; blocks may live on. NULL does nothing. */
TFEED_API void tfeed_memory_files_free(struct tfeed_memory_files *files);

/** The table to open files with; it lives as long as `files`. */
TFEED_API const struct tfeed_file_system *tfeed_memory_files_system(
    const struct tfeed_memory_files *files);

/**
 * Puts a copy of `len` bytes under `name`; what was there is replaced.
 *
 * @return TFEED_OK or TFEED_RESOURCE_EXHAUSTED
 */
TFEED_API TFEED_MUST_USE tfeed_status tfeed_memory_files_put(struct tfeed_memory_files *files,
                                                             const char *name, const void *data,
                                                             size_t len,
                                                             struct tfeed_error *reterr);

/**
 * The content of a file.
 *
 * @param ret_content  carries a reference: tfeed_block_unref(ret_content->block), which may be NULL
 * @return TFEED_OK or TFEED_NOT_FOUND
 */
TFEED_API TFEED_MUST_USE tfeed_status tfeed_memory_files_get(struct tfeed_memory_files *files,
                                                             const char *name,
                                                             struct tfeed_bytes *ret_content,
                                                             struct tfeed_error *reterr);

/**
 * How many bytes the output that is open under `name` holds so far: what would have appeared by
 * now. 0 when none is open; the one opened last when there are several.
 */
TFEED_API uint64_t tfeed_memory_files_n_pending(struct tfeed_memory_files *files, const char *name);

/** Takes the next `len` bytes of an output, all of them, or fails; it may block. */
typedef tfeed_status (*tfeed_sink_fn)(void *user_data, const void *data, size_t len,
                                      struct tfeed_error *reterr);

/** Where the bytes of an output go that is no file: a socket, another library's stream. */
struct tfeed_sink {
    tfeed_sink_fn write;
    void *user_data;
};

/**
 * A file system whose outputs go to a function, so that whatever writes a file can write there:
 *
 *     const struct tfeed_sink sink = {send_bytes, &connection};
 *     const struct tfeed_file_system files = tfeed_sink_files(&sink);
 *     options.file_system = &files;
 *     tfeed_record_writer_open("connection", &options, &writer, &error);
 *
 * The name serves messages only. Bytes come in order, gathered as for any output (a writer's flush
 * hands over what it has). Nothing is hidden until a commit, and discard takes nothing back. What
 * reads or appends is UNIMPLEMENTED; so an index cannot be made along with the records.
 *
 * Ownership:     borrows `sink`, for as long as the table is used.
 * Thread safety: outputs are distinct objects: two that are open at once call `write` at once.
 * Since:         0.1
 */
TFEED_API struct tfeed_file_system tfeed_sink_files(const struct tfeed_sink *sink);

#ifdef __cplusplus
}
#endif
#endif
