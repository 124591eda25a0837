//! Nothing is paid twice and nothing paid is lost, whatever breaks: processes, disks, the network.
#![cfg(all(feature = "client", feature = "simulator"))]

#[expect(dead_code, reason = "the other tests use the rest")]
mod support;

mod durable {
    mod batch;
    mod budget;
    mod cancel;
    mod chaos;
    mod disk;
    mod journal;
    mod kill;
    mod shared;
    mod tools;
}
