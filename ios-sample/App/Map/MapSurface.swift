import SwiftUI

/// A view that draws a map model. Another one, such as one on MapLibre, replaces ``CanvasMap`` in the type alias below.
protocol MapSurface: View {
    init(model: MapModel)
}

/// The map view of the app.
typealias AppMap = CanvasMap
