#if canImport(CoreLocation)
    import CoreLocation
    import JalonGenerated

    extension Position {
        /// The same place, as MapKit, MapLibre and CoreLocation say it.
        public var coordinate: CLLocationCoordinate2D { CLLocationCoordinate2D(latitude: lat, longitude: lon) }

        /// Where the receiver is, with its altitude where that is valid.
        public init(_ location: CLLocation) {
            self.init(
                lon: location.coordinate.longitude, lat: location.coordinate.latitude,
                elevation: location.verticalAccuracy > 0 ? location.altitude : nil)
        }
    }

    extension ReportPosition {
        /// Where the receiver found itself, with how well and when.
        public init(_ location: CLLocation) {
            self.init(
                lon: location.coordinate.longitude, lat: location.coordinate.latitude,
                accuracyM: location.horizontalAccuracy > 0 ? location.horizontalAccuracy : nil,
                atMs: milliseconds(location.timestamp))
        }
    }

    extension Geometry {
        /// Every position, for `MKPolyline(coordinates:count:)` and its like.
        public var coordinates: [CLLocationCoordinate2D] { positions.map(\.coordinate) }
    }
#endif
