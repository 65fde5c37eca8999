#if canImport(MapKit)
    import Jalon
    import MapKit
    import SwiftUI

    /// Draws a map model on Apple's map, which needs a network. To use it, name it in the type alias ``AppMap``.
    struct MapKitMap: MapSurface {
        let model: MapModel

        @Environment(Home.self) private var home
        @State private var position = MapCameraPosition.automatic

        init(model: MapModel) {
            self.model = model
        }

        var body: some View {
            Map(position: $position) {
                ForEach(model.contents.zones, id: \.self) { zone in
                    MapPolygon(coordinates: zone.map(\.coordinate))
                        .foregroundStyle(.orange.opacity(0.25))
                }
                ForEach(model.contents.lines, id: \.self) { line in
                    MapPolyline(coordinates: line.map(\.coordinate))
                        .stroke(Color("Route"), lineWidth: 4)
                }
                ForEach(model.contents.markers, id: \.self) { marker in
                    Annotation(marker.name, coordinate: marker.position.coordinate) {
                        Button(marker.name, systemImage: "mappin.circle.fill") { home.router.open(marker.route) }
                            .labelStyle(.iconOnly)
                    }
                }
                UserAnnotation()
            }
            .task(id: model.request) { await model.load() }
            .accessibilityLabel(Texts.mapDescribed(model.contents.title))
        }
    }
#endif
