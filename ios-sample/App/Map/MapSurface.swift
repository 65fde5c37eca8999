import SwiftUI

/// A view that draws a map model: ``CanvasMap``, ``MapKitMap``, or one of your own, such as one on MapLibre.
protocol MapSurface: View {
    init(model: MapModel)
}

/// The map view of the app. ``CanvasMap`` draws Jalon's own tiles, so it needs neither a network nor another package.
typealias AppMap = CanvasMap
