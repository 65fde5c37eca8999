// A stand-in for CoreLocation on Linux: the declarations that this sample uses, so that it is type-checked. It finds nothing.

@_exported import Foundation
import Jalon

public typealias CLLocationAccuracy = Double

public let kCLLocationAccuracyBest: CLLocationAccuracy = -1

public final class CLLocation: NSObject, @unchecked Sendable {}

public enum CLAuthorizationStatus: Int32, Sendable {
    case notDetermined, restricted, denied, authorizedAlways, authorizedWhenInUse
}

public enum CLActivityType: Int, Sendable {
    case other, fitness
}

public protocol CLLocationManagerDelegate: NSObjectProtocol {
    func locationManager(_ manager: CLLocationManager, didUpdateLocations locations: [CLLocation])
    func locationManagerDidChangeAuthorization(_ manager: CLLocationManager)
}

public final class CLLocationManager: NSObject {
    public weak var delegate: (any CLLocationManagerDelegate)?
    public var authorizationStatus: CLAuthorizationStatus { .notDetermined }
    public var desiredAccuracy = kCLLocationAccuracyBest
    public var activityType = CLActivityType.other
    public var pausesLocationUpdatesAutomatically = true
    public var allowsBackgroundLocationUpdates = false
    public var showsBackgroundLocationIndicator = false

    public func requestWhenInUseAuthorization() {}
    public func startUpdatingLocation() {}
    public func stopUpdatingLocation() {}
}

// The package has this initializer on Apple's systems only.
extension Fix {
    public init(_ location: CLLocation) {
        self.init(position: Position(lon: 0, lat: 0), timeMs: 0)
    }
}
