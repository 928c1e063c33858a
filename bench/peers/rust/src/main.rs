// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: 2026 The tfeed authors
//
//! The Rust crate `tfrecord`: its iterators of records and of Examples, batched and shuffled by
//! hand, on one thread. Form "no-crc" leaves the checksums out. Takes and prints what peer.py
//! describes.

use flate2::read::GzDecoder;
use std::collections::HashMap;
use std::fs::File;
use std::io::{BufReader, Read};
use std::time::Instant;
use tfrecord::protobuf::{feature::Kind, Example, Feature};
use tfrecord::{record::Record, record_reader::RecordIter, record_reader::RecordReaderConfig};

const SHUFFLE: usize = 10_000;
const PIXELS: usize = 784;
const PROBE_PIXEL: usize = 406;
const N_CATEGORIES: usize = 26;
const N_NUMBERS: usize = 13;
const READ_BYTES: usize = 1 << 20;

type Features = HashMap<String, Feature>;

#[derive(Default)]
struct Sums {
    records: u64,
    payload_bytes: u64,
    label: i64,
    probe: i64,
    value: f64,
}

/// The columns of a batch; a set uses those that it has.
#[derive(Default)]
struct Batch {
    labels: Vec<i64>,
    images: Vec<f32>,
    blobs: Vec<Vec<u8>>,
    categories: Vec<i64>,
    numbers: Vec<f32>,
    ids: Vec<i64>,
}

struct Consumer {
    kind: char,
    all_values: bool,
    batch_size: usize,
    category_names: Vec<String>,
    number_names: Vec<String>,
    batch: Batch,
    sums: Sums,
}

fn ints(features: &mut Features, name: &str) -> Vec<i64> {
    match features.remove(name).and_then(|feature| feature.kind) {
        Some(Kind::Int64List(list)) => list.value,
        _ => panic!("no ints in {name}"),
    }
}

fn float(features: &mut Features, name: &str) -> f32 {
    match features.remove(name).and_then(|feature| feature.kind) {
        Some(Kind::FloatList(list)) => list.value[0],
        _ => panic!("no float in {name}"),
    }
}

fn bytes(features: &mut Features, name: &str) -> Vec<u8> {
    match features.remove(name).and_then(|feature| feature.kind) {
        Some(Kind::BytesList(mut list)) => list.value.swap_remove(0).to_vec(),
        _ => panic!("no bytes in {name}"),
    }
}

impl Consumer {
    fn put(&mut self, example: Example) {
        let mut features = example.features.expect("features").feature;
        let features = &mut features;
        let batch = &mut self.batch;
        let label = if self.kind == 'i' {
            "image/class/label"
        } else {
            "label"
        };
        batch.labels.push(ints(features, label)[0]);
        match self.kind {
            'm' => {
                let raw = bytes(features, "image_raw");
                let pixels = raw.iter().map(|&pixel| pixel as f32 * (1.0 / 255.0) - 0.5);
                batch.images.extend(pixels);
            }
            'i' => batch.blobs.push(bytes(features, "image/encoded")),
            'c' => {
                for name in &self.category_names {
                    batch.categories.push(ints(features, name)[0]);
                }
                for name in &self.number_names {
                    batch.numbers.push(float(features, name));
                }
            }
            _ => batch.ids.extend(ints(features, "ids")),
        }
        if batch.labels.len() == self.batch_size {
            self.use_batch();
        }
    }

    fn use_batch(&mut self) {
        let (batch, sums) = (&mut self.batch, &mut self.sums);
        let pixel = |&value: &f32| ((value + 0.5) * 255.0).round() as i64;
        sums.records += batch.labels.len() as u64;
        sums.label += batch.labels.iter().sum::<i64>();
        sums.probe += match self.kind {
            'm' => batch
                .images
                .chunks(PIXELS)
                .map(|row| pixel(&row[PROBE_PIXEL]))
                .sum(),
            'i' => batch.blobs.iter().map(|blob| blob[0] as i64).sum(),
            'c' => batch
                .categories
                .chunks(N_CATEGORIES)
                .map(|row| row[N_CATEGORIES - 1])
                .sum(),
            _ => batch.ids.len() as i64,
        };
        if self.all_values {
            let pixels: i64 = batch.images.iter().map(pixel).sum();
            let blobs: usize = batch.blobs.iter().map(Vec::len).sum();
            let whole = batch.categories.iter().chain(&batch.ids).sum::<i64>() + pixels;
            let numbers: f64 = batch.numbers.iter().map(|&number| number as f64).sum();
            sums.value += (whole + blobs as i64) as f64 + numbers;
        }
        batch.labels.clear();
        batch.images.clear();
        batch.blobs.clear();
        batch.categories.clear();
        batch.numbers.clear();
        batch.ids.clear();
    }
}

fn records<T: Record>(name: &str, check_integrity: bool) -> impl Iterator<Item = T> {
    let mut magic = [0u8; 2];
    let opened = File::open(name).and_then(|mut file| file.read_exact(&mut magic));
    opened.expect(name);
    let file = BufReader::with_capacity(READ_BYTES, File::open(name).expect(name));
    let reader: Box<dyn Read> = if magic == [0x1f, 0x8b] {
        Box::new(BufReader::with_capacity(READ_BYTES, GzDecoder::new(file)))
    } else {
        Box::new(file)
    };
    let config = RecordReaderConfig { check_integrity };
    RecordIter::<T, _>::from_reader(reader, config).map(|record| record.expect("a record"))
}

fn random(state: &mut u64, n: usize) -> usize {
    *state ^= *state << 13;
    *state ^= *state >> 7;
    *state ^= *state << 17;
    (*state % n as u64) as usize
}

fn load(consumer: &mut Consumer, files: &[String], check: bool, n_shuffle: usize) {
    let mut buffer: Vec<Example> = Vec::with_capacity(n_shuffle);
    let mut state = 88_172_645_463_325_252;
    for example in files
        .iter()
        .flat_map(|name| records::<Example>(name, check))
    {
        if n_shuffle == 0 {
            consumer.put(example);
        } else if buffer.len() < n_shuffle {
            buffer.push(example);
        } else {
            let at = random(&mut state, n_shuffle);
            consumer.put(std::mem::replace(&mut buffer[at], example));
        }
    }
    while !buffer.is_empty() {
        let at = random(&mut state, buffer.len());
        consumer.put(buffer.swap_remove(at));
    }
    consumer.use_batch();
}

fn scan(sums: &mut Sums, files: &[String], check: bool) {
    for record in files
        .iter()
        .flat_map(|name| records::<Vec<u8>>(name, check))
    {
        sums.records += 1;
        sums.payload_bytes += record.len() as u64;
    }
}

fn cpu_seconds() -> f64 {
    let mut usage: libc::rusage = unsafe { std::mem::zeroed() };
    unsafe { libc::getrusage(libc::RUSAGE_SELF, &mut usage) };
    let seconds = |time: libc::timeval| time.tv_sec as f64 + 1e-6 * time.tv_usec as f64;
    seconds(usage.ru_utime) + seconds(usage.ru_stime)
}

fn main() {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let has = |word: &str| arguments.iter().any(|argument| argument == word);
    let check = !has("no-crc");
    let is_option = |word: &String| ["--all-values", "--form", "no-crc"].contains(&word.as_str());
    let words: Vec<String> = arguments
        .iter()
        .filter(|word| !is_option(word))
        .cloned()
        .collect();
    let kind = words[1].chars().next().expect("a set");
    let batch_size = match kind {
        'i' => 32,
        'c' => 256,
        _ => 128,
    };
    let mut consumer = Consumer {
        kind,
        all_values: has("--all-values"),
        batch_size,
        category_names: (0..N_CATEGORIES).map(|i| format!("cat_{i:02}")).collect(),
        number_names: (0..N_NUMBERS).map(|i| format!("num_{i:02}")).collect(),
        batch: Batch::default(),
        sums: Sums::default(),
    };
    let (start, cpu) = (Instant::now(), cpu_seconds());
    match words[0].as_str() {
        "scan" => scan(&mut consumer.sums, &words[2..], check),
        "batch" => load(&mut consumer, &words[2..], check, 0),
        _ => load(&mut consumer, &words[2..], check, SHUFFLE),
    }
    let (seconds, cpu, sums) = (
        start.elapsed().as_secs_f64(),
        cpu_seconds() - cpu,
        &consumer.sums,
    );
    println!(
        "{{\"version\": \"tfrecord 0.15.0\", \"records\": {}, \"seconds\": {seconds:.6}, \
         \"cpu_seconds\": {cpu:.6}, \"rec_per_s\": {:.1}, \"crc_verified\": {check}, \"check\": \
         {{\"records\": {}, \"payload_bytes\": {}, \"label_sum\": {}, \"probe_sum\": {}, \
         \"value_sum\": {:.10}}}}}",
        sums.records,
        sums.records as f64 / seconds,
        sums.records,
        sums.payload_bytes,
        sums.label,
        sums.probe,
        sums.value
    );
}
