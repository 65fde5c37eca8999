//! Runs every target over the kept corpus, and over mutations of it. The seed of each target's mutations is fixed and printed, so
//! that a failure is the same on the next run.

#![allow(clippy::unwrap_used, reason = "helper functions of tests may panic, too")]

use std::path::Path;

use jalon_fuzz::{TARGETS, Target};
use proptest::prelude::*;
use proptest::test_runner::{Config, RngAlgorithm, RngSeed, TestRunner};

/// Mutations of each target.
const CASES: u32 = 150;

/// The files of a target in the corpus, by name.
fn corpus(target: &Target) -> Vec<(String, Vec<u8>)> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("corpus").join(target.name);
    let files = std::fs::read_dir(&folder).unwrap_or_else(|error| panic!("{}: {error}", folder.display()));
    let mut files: Vec<_> = files
        .map(|file| file.unwrap())
        .map(|file| (file.file_name().to_string_lossy().into_owned(), std::fs::read(file.path()).unwrap()))
        .collect();
    files.sort();
    files
}

/// A change of an input: the place, and what happens there.
#[derive(Debug, Clone)]
enum Mutation {
    Byte(u8),
    Bit(u8),
    /// A length or an offset, in four bytes.
    Number(u32),
    Remove(usize),
    Repeat(usize),
    Truncate,
}

fn mutation() -> impl Strategy<Value = (prop::sample::Index, Mutation)> {
    let number = prop::sample::select(vec![0, 1, 0x7F, 0xFFFF, 0x0100_0000, 0x7FFF_FFFF, 0xFFFF_FFFF]);
    let kind = prop_oneof![
        4 => any::<u8>().prop_map(Mutation::Byte),
        4 => (0..8_u8).prop_map(Mutation::Bit),
        2 => number.prop_map(Mutation::Number),
        1 => (1..40_usize).prop_map(Mutation::Remove),
        1 => (1..40_usize).prop_map(Mutation::Repeat),
        1 => Just(Mutation::Truncate),
    ];
    (any::<prop::sample::Index>(), kind)
}

fn mutate(bytes: &mut Vec<u8>, at: usize, mutation: &Mutation) {
    match *mutation {
        Mutation::Byte(byte) => bytes[at] = byte,
        Mutation::Bit(bit) => bytes[at] ^= 1 << bit,
        Mutation::Number(number) => {
            let end = bytes.len().min(at + 4);
            bytes[at..end].copy_from_slice(&number.to_le_bytes()[..end - at]);
        }
        Mutation::Remove(length) => drop(bytes.drain(at..bytes.len().min(at + length))),
        Mutation::Repeat(length) => {
            let part = bytes[at..bytes.len().min(at + length)].to_vec();
            bytes.splice(at..at, part);
        }
        Mutation::Truncate => bytes.truncate(at),
    }
}

#[test]
fn kept_corpus_breaks_no_rule() {
    let mut bytes = 0;
    for target in &TARGETS {
        let files = corpus(target);
        assert!(!files.is_empty(), "{} has no seed", target.name);
        for (name, input) in files {
            println!("{}/{name}", target.name);
            bytes += input.len();
            (target.run)(&input);
        }
        for input in [b"".as_slice(), b"\0", b"\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFF"] {
            (target.run)(input);
        }
    }
    assert!(bytes < 300_000, "the corpus has {bytes} bytes");
}

#[test]
fn mutations_of_the_corpus_break_no_rule() {
    for (seed, target) in (1..).zip(&TARGETS) {
        println!("{}: seed {seed}", target.name);
        let config = Config {
            cases: CASES,
            failure_persistence: None,
            rng_algorithm: RngAlgorithm::ChaCha,
            rng_seed: RngSeed::Fixed(seed),
            ..Config::default()
        };
        let files: Vec<Vec<u8>> = corpus(target).into_iter().map(|(_, input)| input).collect();
        let input = (prop::sample::select(files), prop::collection::vec(mutation(), 1..6));
        let result = TestRunner::new(config).run(&input, |(mut bytes, mutations)| {
            for (index, mutation) in &mutations {
                if !bytes.is_empty() {
                    let at = index.index(bytes.len());
                    mutate(&mut bytes, at, mutation);
                }
            }
            (target.run)(&bytes);
            Ok(())
        });
        result.unwrap_or_else(|error| panic!("{}: {error}", target.name));
    }
}
