import CoreLocation
import Jalon

/// Reads positions with CoreLocation. The receiver runs only while a stream is read.
@MainActor
final class CoreLocationSource: NSObject, PositionSource {
    private let manager = CLLocationManager()
    private var readers: [UUID: (continuation: AsyncStream<Fix>.Continuation, inBackground: Bool)] = [:]
    private var waiting: [CheckedContinuation<Void, Never>] = []

    override init() {
        super.init()
        manager.delegate = self
        manager.desiredAccuracy = kCLLocationAccuracyBest
        manager.activityType = .fitness
        manager.pausesLocationUpdatesAutomatically = false
    }

    var permission: Permission {
        switch manager.authorizationStatus {
        case .notDetermined: .notAsked
        case .authorizedAlways, .authorizedWhenInUse: .allowed
        default: .denied
        }
    }

    func requestPermission() async -> Permission {
        if permission == .notAsked {
            await withCheckedContinuation { continuation in
                waiting.append(continuation)
                manager.requestWhenInUseAuthorization()
            }
        }
        return permission
    }

    func fixes(inBackground: Bool) -> AsyncStream<Fix> {
        let (stream, continuation) = AsyncStream.makeStream(of: Fix.self, bufferingPolicy: .bufferingNewest(100))
        let id = UUID()
        readers[id] = (continuation, inBackground)
        continuation.onTermination = { [weak self] _ in
            Task { @MainActor in self?.remove(id) }
        }
        update()
        return stream
    }

    private func remove(_ id: UUID) {
        readers[id] = nil
        update()
    }

    private func update() {
        let isInBackground = readers.values.contains { $0.inBackground }
        manager.allowsBackgroundLocationUpdates = isInBackground
        manager.showsBackgroundLocationIndicator = isInBackground
        if readers.isEmpty { manager.stopUpdatingLocation() } else { manager.startUpdatingLocation() }
    }

    private func receive(_ fixes: [Fix]) {
        for reader in readers.values {
            for fix in fixes { reader.continuation.yield(fix) }
        }
    }

    private func permissionChanged() {
        guard permission != .notAsked else { return }
        for continuation in waiting { continuation.resume() }
        waiting = []
    }
}

// The manager calls its delegate on the thread that made it, which is the main thread.
extension CoreLocationSource: CLLocationManagerDelegate {
    nonisolated func locationManager(_ manager: CLLocationManager, didUpdateLocations locations: [CLLocation]) {
        let fixes = locations.map { Fix($0) }
        MainActor.assumeIsolated { receive(fixes) }
    }

    nonisolated func locationManagerDidChangeAuthorization(_ manager: CLLocationManager) {
        MainActor.assumeIsolated { permissionChanged() }
    }
}
