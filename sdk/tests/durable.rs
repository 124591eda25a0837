//! Nothing is paid twice and nothing paid is lost, whatever breaks: processes, disks, the network.
#![cfg(all(feature = "client", feature = "simulator"))]

#[expect(dead_code, reason = "the other tests use the rest")]
mod support;

mod durable {
    mod bank;
    mod batch;
    mod budget;
    mod budget_model;
    mod cancel;
    mod chaos;
    mod collect;
    mod damage;
    mod disk;
    mod journal;
    mod kill;
    mod locks;
    mod meaning;
    mod prices;
    mod service;
    mod shared;
    mod tools;
}
