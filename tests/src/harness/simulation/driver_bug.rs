//! Defects of a driver, to check that the simulation detects them.

/// A step that a driver omits or gets wrong.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DriverBug {
    /// It records the start of an attempt after it has sent the report.
    RecordsStartLate,
    /// It does not record that the final chunk is about to be sent.
    OmitsFinalChunk,
    /// It treats a lost response as a request that was not sent.
    TreatsLostAsUnsent,
    /// It does not record the end of an attempt.
    OmitsCompletion,
    /// It does not reconcile interrupted attempts after a crash.
    OmitsReconciliation,
    /// It sends a report in doubt again without a decision.
    ResendsDoubtful,
    /// It treats every 2xx as an acceptance.
    AcceptsAny2xx,
    /// It edits a report that was sent without a new revision.
    EditsInPlace,
    /// It sends the next report only after the one before has arrived.
    BlocksOnFirst,
}

impl DriverBug {
    /// All of them.
    pub const ALL: [DriverBug; 9] = [
        DriverBug::RecordsStartLate,
        DriverBug::OmitsFinalChunk,
        DriverBug::TreatsLostAsUnsent,
        DriverBug::OmitsCompletion,
        DriverBug::OmitsReconciliation,
        DriverBug::ResendsDoubtful,
        DriverBug::AcceptsAny2xx,
        DriverBug::EditsInPlace,
        DriverBug::BlocksOnFirst,
    ];
}
