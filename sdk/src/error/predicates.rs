//! Each predicate says who caused the error, whether it may have cost money, and whether to try
//! again.

use super::{Error, Kind, Reason};

impl Error {
    /// The client was set up wrongly: no token, a base URL that is none, a model id that is none, a
    /// runtime without timers or I/O.
    ///
    /// *Caused by* the program. *Cost*: nothing, nothing was sent. *Again*: after mending it.
    #[must_use]
    pub fn is_config(&self) -> bool {
        self.kind() == Kind::Config
    }

    /// The input was refused before anything was sent; [`violations`](Self::violations) lists why.
    /// Or a file that was to be an input is not of the kind, or the size, that it has to be.
    ///
    /// *Caused by* the input. *Cost*: nothing, nothing was sent. *Again*: with another input.
    #[must_use]
    pub fn is_invalid_input(&self) -> bool {
        self.kind() == Kind::Invalid
    }

    /// The submit never left: no connection could be made in the time allowed for it, or the
    /// caller went away, or the runtime was shut down, before its first byte.
    ///
    /// *Caused by* the network or the service. *Cost*: nothing. *Again*: yes, it is safe.
    #[must_use]
    pub fn is_not_sent(&self) -> bool {
        self.kind() == Kind::NotSent
    }

    /// The service turned the submit away because it is busy, for longer than the time allowed
    /// for trying again; or it did so with another one to the same model just before.
    ///
    /// *Caused by* too many calls. *Cost*: nothing, a submit turned away starts no job.
    /// *Again*: yes, after [`retry_after`](Self::retry_after).
    #[must_use]
    pub fn is_rate_limited(&self) -> bool {
        self.kind() == Kind::RateLimited
    }

    /// The service refused the call and said so: `is_auth`, `is_insufficient_balance`,
    /// `is_unknown_model`, `is_rejected_input` and `is_not_yours` tell more.
    ///
    /// *Caused by* the caller, as a rule. *Cost*: a refused submit costs nothing; a refused call
    /// about a job changes nothing about the job, which [`job`](Self::job) names.
    /// *Again*: not unchanged.
    #[must_use]
    pub fn is_rejected(&self) -> bool {
        matches!(self.kind(), Kind::Rejected(_))
    }

    /// The token is missing, wrong, expired or revoked, or the account is inactive.
    ///
    /// *Caused by* the account. *Cost*: see [`is_rejected`](Self::is_rejected). *Again*: with
    /// another token; a job that was running goes on, and can be resumed.
    #[must_use]
    pub fn is_auth(&self) -> bool {
        self.kind() == Kind::Rejected(Reason::Auth)
    }

    /// The account's balance does not cover the job.
    ///
    /// *Caused by* the account. *Cost*: nothing. *Again*: after topping it up.
    #[must_use]
    pub fn is_insufficient_balance(&self) -> bool {
        self.kind() == Kind::Rejected(Reason::Balance)
    }

    /// The service knows no model with this id.
    ///
    /// *Caused by* the model id. *Cost*: nothing. *Again*: with another id.
    #[must_use]
    pub fn is_unknown_model(&self) -> bool {
        self.kind() == Kind::Rejected(Reason::Model)
    }

    /// The service's own check refused the input, after the local one had let it pass.
    ///
    /// *Caused by* the input, or by a schema that has changed since. *Cost*: nothing.
    /// *Again*: with another input.
    #[must_use]
    pub fn is_rejected_input(&self) -> bool {
        self.kind() == Kind::Rejected(Reason::Input)
    }

    /// The job belongs to someone else, or the account may not use the model.
    ///
    /// *Caused by* the request id, or by a token of another account. *Cost*: nothing to this
    /// account. *Again*: with the token that submitted it.
    #[must_use]
    pub fn is_not_yours(&self) -> bool {
        self.kind() == Kind::Rejected(Reason::Forbidden)
    }

    /// The submit was sent, and what became of it is not known: a timeout, a broken connection,
    /// a 5xx, an answer without a request id, or an error that names one. It is never sent again by
    /// this crate.
    ///
    /// *Caused by* the network or the service. *Cost*: **maybe**: a job may be running and
    /// billed. *Again*: if the answer named a [`job`](Self::job), resume that first. Otherwise only
    /// after looking at the account's recent requests, around [`sent_at`](Self::sent_at), since to
    /// submit again may be to pay twice.
    #[must_use]
    pub fn is_outcome_unknown(&self) -> bool {
        self.kind() == Kind::OutcomeUnknown
    }

    /// The job ran and failed; the message has the service's words, [`raw`](Self::raw) all of them.
    ///
    /// *Caused by* the input or the model. *Cost*: **maybe**, it ran. *Again*: a new submit is a
    /// new charge.
    #[must_use]
    pub fn is_job_failed(&self) -> bool {
        self.kind() == Kind::Failed
    }

    /// The job was cancelled.
    ///
    /// *Caused by* whoever cancelled it. *Cost*: nothing, unless [`cost`](Self::cost) says otherwise
    /// or it was seen running before; [`may_have_cost`](Self::may_have_cost) knows. *Again*: as a new
    /// submit.
    #[must_use]
    pub fn is_cancelled(&self) -> bool {
        matches!(self.kind(), Kind::Cancelled { .. })
    }

    /// The deadline of the wait passed. The job goes on: this is not a cancel.
    ///
    /// *Caused by* the caller's deadline. *Cost*: **yes**, the job runs to its end and is billed.
    /// *Again*: wait on with [`job`](Self::job); never submit again for this.
    #[must_use]
    pub fn is_deadline(&self) -> bool {
        self.kind() == Kind::Deadline
    }

    /// The service does not know the job: the id is wrong, or it was deleted or has expired.
    ///
    /// *Caused by* the id, its age, or the service. *Cost*: **maybe**, if the job ever ran.
    /// *Again*: asking once more will not help.
    #[must_use]
    pub fn is_job_unknown(&self) -> bool {
        self.kind() == Kind::JobUnknown
    }

    /// One call about a job, or one to the catalog, got no usable answer: no connection, a timeout,
    /// a 5xx, a 429, HTML, the answer to another question. A wait never ends with this; it shows it as
    /// an [event](crate::Event::PollFailed) and asks again.
    ///
    /// *Caused by* the network or the service. *Cost*: nothing more; the job goes on.
    /// *Again*: yes, it is safe.
    #[must_use]
    pub fn is_unreachable(&self) -> bool {
        self.kind() == Kind::Unreachable
    }

    /// The job succeeded, and its output does not fit the type.
    ///
    /// *Caused by* a change of the model's output. *Cost*: **yes**. *Again*: no: the result is
    /// here, in [`raw`](Self::raw) and [`media_urls`](Self::media_urls).
    #[must_use]
    pub fn is_decode(&self) -> bool {
        self.kind() == Kind::Decode
    }

    /// The service answers, but keeps saying something that does not settle the matter: a status
    /// word that nobody knows, an ended job without a result, a result that cannot be read or is
    /// another job's, the same refusal again and again.
    ///
    /// *Caused by* the service. *Cost*: **maybe**. *Again*: resume [`job`](Self::job) later. What
    /// could not be read is in [`body`](Self::body), and the URLs in it in
    /// [`media_urls`](Self::media_urls).
    #[must_use]
    pub fn is_unsettled(&self) -> bool {
        self.kind() == Kind::Unsettled
    }

    /// The [`Journal`](crate::Journal) could not be opened, read or written; a submit that could not
    /// be written down first was not sent. Or it is not as it was left, and what it does not say may
    /// have been paid for: nothing is submitted then.
    ///
    /// *Caused by* the disk (it is full, or the file or its folder may not be written to), by a process
    /// that holds the lock, or by damage: a line that has changed, a file that was emptied or replaced.
    /// *Cost*: nothing. *Again*: after mending it; of damage,
    /// [`Journal::repair`](crate::Journal::repair) is the way out.
    #[must_use]
    pub fn is_journal(&self) -> bool {
        self.kind() == Kind::Journal
    }

    /// A [`Batch`](crate::Batch) has a limit in dollars, and what this item costs is not known, or
    /// only the least that it may cost: it was not sent. Or an estimate was asked for.
    ///
    /// *Caused by* the catalog, which names no price that the input can be counted by, or could not
    /// be asked. *Cost*: nothing. *Again*: with
    /// [`Batch::unknown_price_usd`](crate::Batch::unknown_price_usd) or
    /// [`Batch::price_usd`](crate::Batch::price_usd).
    #[must_use]
    pub fn is_price_unknown(&self) -> bool {
        self.kind() == Kind::Price
    }

    /// A file, or where it redirects to, is at an address that nothing is fetched from: not
    /// https, on a host that is not allowed, or with a certificate that is not trusted.
    ///
    /// *Caused by* the result, or by whoever gave the URL. *Cost*: nothing more; the result is
    /// paid for and its URLs are at hand. *Again*: after
    /// [`Download::allow_host`](crate::Download::allow_host), if the host is trusted.
    #[must_use]
    pub fn is_url_refused(&self) -> bool {
        self.kind() == Kind::UrlRefused
    }

    /// The host of a file has no such file, or does not hand it out; the URLs of results are
    /// short-lived.
    ///
    /// *Caused by* the age of the result. *Cost*: nothing more; the result is paid for.
    /// *Again*: not with this URL.
    #[must_use]
    pub fn is_file_gone(&self) -> bool {
        self.kind() == Kind::FileGone
    }

    /// A file did not come, or not to its end, however often it was tried: no connection, a
    /// timeout, a stall, a 5xx.
    ///
    /// *Caused by* the network or the host. *Cost*: nothing more; the result is paid for.
    /// *Again*: yes, it is safe, and soon: URLs of results are short-lived.
    #[must_use]
    pub fn is_interrupted(&self) -> bool {
        self.kind() == Kind::Interrupted
    }

    /// A file is no file: a page about an error in place of an image, words in place of a video,
    /// nothing at all. Nothing of it was kept. A file that is only unusual is saved, with a
    /// [warning](crate::DownloadEvent::Warning).
    ///
    /// *Caused by* the host. *Cost*: nothing more; the result is paid for. *Again*: it may help,
    /// later.
    #[must_use]
    pub fn is_wrong_content(&self) -> bool {
        self.kind() == Kind::WrongContent
    }

    /// A file is larger than is allowed. Nothing of it was kept.
    ///
    /// *Caused by* the size of the file. *Cost*: nothing more. *Again*: with another
    /// [`Download::max_bytes`](crate::Download::max_bytes).
    #[must_use]
    pub fn is_too_large(&self) -> bool {
        self.kind() == Kind::TooLarge
    }

    /// A download of a job found no URL in the job's result: the model made no files, or the
    /// service lists them in a way that this version does not understand.
    ///
    /// *Caused by* the result. *Cost*: nothing more; the result is paid for, and is whole in
    /// [`raw`](Self::raw). *Again*: no; what is in the result has to be read there.
    #[must_use]
    pub fn is_without_files(&self) -> bool {
        self.kind() == Kind::WithoutFiles
    }

    /// A file or folder on this machine cannot be read or written: the disk is full, there is
    /// no permission, the name is too long, it exists already. The message names the path,
    /// [`io_kind`](Self::io_kind) tells the reason. Nothing is left half-written.
    ///
    /// *Caused by* this machine. *Cost*: nothing more; what is paid for stays paid for.
    /// *Again*: after mending it.
    #[must_use]
    pub fn is_disk(&self) -> bool {
        self.kind() == Kind::Disk
    }

    /// Whether money may have been spent on what this error is about.
    ///
    /// `false` is a promise: no job was started. A refused or unanswered call about a job that
    /// exists is `true`, for the job's sake; so is a file that could not be downloaded, for some
    /// job made it.
    #[must_use]
    pub fn may_have_cost(&self) -> bool {
        match self.kind() {
            Kind::Config
            | Kind::Invalid
            | Kind::NotSent
            | Kind::RateLimited
            | Kind::Journal
            | Kind::Price => false,
            Kind::Cancelled { may_have_cost } => may_have_cost,
            Kind::Rejected(_) | Kind::Unreachable => self.job().is_some(),
            Kind::Disk => self.job().is_some() || !self.failed_files().is_empty(),
            Kind::OutcomeUnknown
            | Kind::Failed
            | Kind::Deadline
            | Kind::JobUnknown
            | Kind::Decode
            | Kind::Unsettled
            | Kind::UrlRefused
            | Kind::FileGone
            | Kind::Interrupted
            | Kind::WrongContent
            | Kind::TooLarge
            | Kind::WithoutFiles => true,
        }
    }

    /// Whether it tells how the job ended. That the service does not know it is no end: it may be
    /// another service, or another account.
    pub(crate) fn is_end_of_job(&self) -> bool {
        matches!(self.kind(), Kind::Failed | Kind::Cancelled { .. } | Kind::Decode)
    }

    /// Whether the same call may be made again, unchanged, without paying twice and with some hope.
    ///
    /// For an error that carries a [`job`](Self::job), the call to repeat is the wait on that
    /// job, not the submit.
    #[must_use]
    pub fn is_safe_to_retry(&self) -> bool {
        matches!(
            self.kind(),
            Kind::NotSent
                | Kind::RateLimited
                | Kind::Deadline
                | Kind::Unreachable
                | Kind::Unsettled
                | Kind::Interrupted
        )
    }
}
