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
    mod ended;
    mod journal;
    mod kill;
    mod left_out;
    mod locks;
    mod meaning;
    mod prices;
    #[cfg(all(target_os = "linux", target_env = "gnu"))]
    mod recorder;
    mod service;
    mod shared;
    #[cfg(all(target_os = "linux", target_env = "gnu"))]
    mod syscalls;
    mod tools;
}
