import Foundation
import JalonGenerated

extension Journal {
    /// Starts to record a track. There is one recording at a time. `territory` and `trek` belong together: the trek that is
    /// walked.
    ///
    /// Throws `InvalidInput` if an unfinished recording must be continued first, and `Busy` if a track is being recorded.
    public func startRecording(
        _ name: String = "", territory: String? = nil, trek: Int64? = nil
    ) async throws -> Recorder {
        try await inner.startRecording(name: name, territory: territory, trek: trek)
    }

    /// Continues the unfinished recording of a process that died. It is paused if it was.
    ///
    /// Throws `NotFound` if there is none, and `Busy` if it is being recorded.
    public func continueRecording() async throws -> Recorder {
        try await inner.continueRecording()
    }

    /// Returns the unfinished recording: it is being recorded, or was when the process died. Ask for it when the app starts.
    public func unfinishedRecording() async throws -> TrackSummary? {
        try await inner.unfinishedRecording()
    }

    /// Returns the finished tracks, the oldest first.
    public func tracks() async throws -> [TrackSummary] {
        try await inner.tracks()
    }

    /// Returns a finished track with its line.
    public func track(_ id: String) async throws -> Track {
        try await inner.track(id: id)
    }

    /// Changes the name of a finished track.
    @discardableResult
    public func renameTrack(_ id: String, to name: String) async throws -> TrackSummary {
        try await inner.renameTrack(id: id, name: name)
    }

    /// Removes a finished track. Returns false if it does not exist.
    @discardableResult
    public func removeTrack(_ id: String) async throws -> Bool {
        try await inner.removeTrack(id: id)
    }

    /// Writes a finished track to a file: GPX 1.1, or GeoJSON if its name ends with `.geojson` or `.json`. An existing file is
    /// replaced.
    public func exportTrack(_ id: String, to file: URL) async throws {
        try await inner.exportTrack(id: id, path: file.path)
    }

    /// Stores the tracks of a GPX or GeoJSON file as one track, as if its points had been recorded.
    ///
    /// Throws `InvalidInput` if no point has a time.
    @discardableResult
    public func importTrack(
        from file: URL, name: String = "", territory: String? = nil, trek: Int64? = nil
    ) async throws -> TrackImport {
        try await inner.importTrack(path: file.path, name: name, territory: territory, trek: trek)
    }
}

/// Returns what an app asks its receiver for now. Call it after each fix, and ask anew if the plan has changed. `still` is that of
/// the recording's state, in seconds; `battery` is 0 to 100 percent.
public func samplingPlan(
    _ mode: BatteryMode, speed: Double? = nil, still: Double = 0, battery: Double? = nil
) throws -> SamplingPlan {
    try JalonGenerated.samplingPlan(mode: mode, speedMps: speed, stillS: still, batteryPercent: battery)
}
