#if canImport(CoreLocation) && canImport(Darwin)
    import CoreLocation
    import JalonGenerated

    extension Position {
        /// The position for MapKit, MapLibre and CoreLocation.
        public var coordinate: CLLocationCoordinate2D { CLLocationCoordinate2D(latitude: lat, longitude: lon) }

        /// The position of a location, with its altitude if that is valid.
        public init(_ location: CLLocation) {
            self.init(
                lon: location.coordinate.longitude, lat: location.coordinate.latitude,
                elevation: location.verticalAccuracy > 0 ? location.altitude : nil)
        }
    }

    extension Fix {
        /// The fix of a location, for ``GuideSession/update(_:)`` and `Recorder.push`. Values that the system marks as invalid are
        /// nil.
        public init(_ location: CLLocation) {
            self.init(
                position: Position(location), timeMs: location.timestamp.unixMs,
                accuracyM: location.horizontalAccuracy > 0 ? location.horizontalAccuracy : nil,
                speedMps: location.speed >= 0 ? location.speed : nil,
                bearingDeg: location.course >= 0 ? location.course : nil)
        }
    }

    extension ReportPosition {
        /// The position of a location, with its accuracy and time.
        public init(_ location: CLLocation) {
            self.init(
                lon: location.coordinate.longitude, lat: location.coordinate.latitude,
                accuracyM: location.horizontalAccuracy > 0 ? location.horizontalAccuracy : nil,
                atMs: location.timestamp.unixMs)
        }
    }

    extension Geometry {
        /// All positions, for functions such as `MKPolyline(coordinates:count:)`.
        public var coordinates: [CLLocationCoordinate2D] { positions.map(\.coordinate) }
    }
#endif
