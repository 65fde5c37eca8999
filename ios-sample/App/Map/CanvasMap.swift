import Jalon
import SwiftUI
import UIKit

/// Draws the downloaded tiles, the route, the places and the position on a canvas.
struct CanvasMap: MapSurface {
    let model: MapModel

    @Environment(Home.self) private var home
    @State private var lastTranslation = CGSize.zero
    @State private var lastMagnification = 1.0
    @State private var images = ImageCache()

    init(model: MapModel) {
        self.model = model
    }

    var body: some View {
        Canvas { context, _ in
            draw(&context)
        }
        .background(Color("MapBackground"))
        .onGeometryChange(for: CGSize.self, of: { $0.size }) { model.resize(width: $0.width, height: $0.height) }
        .onTapGesture { point in
            if let marker = model.marker(at: MapPoint(x: point.x, y: point.y)) { home.router.open(marker.route) }
        }
        .gesture(drag)
        .simultaneousGesture(magnify)
        .task(id: model.request) { await model.load() }
        .task(id: model.projection) { await model.loadScreen() }
        .accessibilityLabel(Texts.mapDescribed(model.contents.title))
    }

    private var drag: some Gesture {
        DragGesture(minimumDistance: 4)
            .onChanged { value in
                let moved = value.translation
                model.pan(dx: moved.width - lastTranslation.width, dy: moved.height - lastTranslation.height)
                lastTranslation = moved
            }
            .onEnded { _ in lastTranslation = .zero }
    }

    private var magnify: some Gesture {
        MagnifyGesture()
            .onChanged { value in
                model.zoom(by: log2(value.magnification / lastMagnification))
                lastMagnification = value.magnification
            }
            .onEnded { _ in lastMagnification = 1 }
    }

    private func draw(_ context: inout GraphicsContext) {
        let projection = model.projection
        for tile in model.tileFrames {
            guard let data = model.tiles.tiles[tile.key], let image = images.image(tile.key, data) else { continue }
            // Half a point more hides the seams between tiles at fractional zooms.
            let frame = CGRect(x: tile.origin.x, y: tile.origin.y, width: tile.side + 0.5, height: tile.side + 0.5)
            context.draw(Image(uiImage: image), in: frame)
        }
        for zone in model.contents.zones {
            let area = path(zone, projection)
            context.fill(area, with: .color(.orange.opacity(0.25)))
            context.stroke(area, with: .color(.orange), style: StrokeStyle(lineWidth: 2, dash: [6, 4]))
        }
        for line in model.contents.lines {
            let way = path(line, projection)
            context.stroke(way, with: .color(.white), style: StrokeStyle(lineWidth: 7, lineCap: .round, lineJoin: .round))
            let style = StrokeStyle(lineWidth: 4, lineCap: .round, lineJoin: .round)
            context.stroke(way, with: .color(Color("Route")), style: style)
        }
        for marker in model.contents.markers {
            let dot = circle(projection.point(marker.position), marker.isTrek ? 9 : 7)
            context.fill(dot, with: .color(marker.isTrek ? Color("Route") : .accentColor))
            context.stroke(dot, with: .color(.white), lineWidth: 2)
        }
        if let highlight = model.highlight {
            context.stroke(circle(projection.point(highlight), 10), with: .color(.red), lineWidth: 4)
        }
        if let fix = model.fix { draw(fix, projection, &context) }
    }

    /// The position with the circle of its accuracy, and a line in the direction of movement.
    private func draw(_ fix: Fix, _ projection: MapProjection, _ context: inout GraphicsContext) {
        let place = projection.point(fix.position)
        if let accuracy = fix.accuracyM {
            context.fill(circle(place, projection.points(metres: accuracy)), with: .color(.blue.opacity(0.2)))
        }
        if let bearing = fix.bearingDeg {
            var direction = Path()
            direction.move(to: CGPoint(x: place.x, y: place.y))
            let angle = bearing * .pi / 180
            direction.addLine(to: CGPoint(x: place.x + 22 * sin(angle), y: place.y - 22 * cos(angle)))
            context.stroke(direction, with: .color(.blue), style: StrokeStyle(lineWidth: 5, lineCap: .round))
        }
        context.fill(circle(place, 8), with: .color(.blue))
        context.stroke(circle(place, 8), with: .color(.white), lineWidth: 3)
    }

    private func path(_ positions: [Position], _ projection: MapProjection) -> Path {
        var path = Path()
        path.addLines(positions.map { projection.point($0) }.map { CGPoint(x: $0.x, y: $0.y) })
        return path
    }

    private func circle(_ centre: MapPoint, _ radius: Double) -> Path {
        Path(ellipseIn: CGRect(x: centre.x - radius, y: centre.y - radius, width: 2 * radius, height: 2 * radius))
    }
}

/// The decoded tiles, so that a moving map does not decode them for each frame.
@MainActor
private final class ImageCache {
    private var images: [TileKey: UIImage] = [:]

    func image(_ key: TileKey, _ data: Data) -> UIImage? {
        if let image = images[key] { return image }
        if images.count > 100 { images = [:] }
        images[key] = UIImage(data: data)
        return images[key]
    }
}
