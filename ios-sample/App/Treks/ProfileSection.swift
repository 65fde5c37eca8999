import Jalon
import SwiftUI

/// The elevation profile. A finger that slides on it moves the small map above, and a screen reader moves it in steps.
struct ProfileSection: View {
    @Bindable var model: TrekModel
    let profile: Profile

    @Environment(Home.self) private var home
    @State private var map: MapModel?
    @State private var width = 1.0

    var body: some View {
        Section(Texts.trekProfile) {
            if let map, model.slide != nil {
                AppMap(model: map)
                    .frame(height: 200)
            }
            ProfileChart(profile: profile, fraction: model.slide)
                .frame(height: 120)
                .onGeometryChange(for: Double.self, of: { $0.size.width }) { width = max($0, 1) }
                .gesture(DragGesture(minimumDistance: 4).onChanged { slide(to: $0.location.x / width) })
                .accessibilityElement()
                .accessibilityLabel(Texts.trekProfile)
                .accessibilityValue(value)
                .accessibilityHint(Texts.trekProfileSlide)
                .accessibilityAdjustableAction { direction in
                    slide(to: (model.slide ?? 0) + (direction == .increment ? 0.05 : -0.05))
                }
            Text(value.isEmpty ? Texts.trekProfileSlide : value)
                .font(.caption)
                .accessibilityHidden(true)
        }
    }

    private func slide(to fraction: Double) {
        model.slide = fraction.clamped(to: 0...1)
        let map = self.map ?? MapModel(model.key, home.library)
        self.map = map
        map.highlight = model.slidePlace?.position
    }

    private var value: String {
        let format = home.library.format
        return model.slidePlace.map { Texts.trekProfileAt(format.distance($0.distanceM), format.elevation($0.elevationM)) }
            ?? ""
    }
}

/// The line of a profile, with a mark at a fraction of its length.
struct ProfileChart: View {
    let profile: Profile
    let fraction: Double?

    var body: some View {
        Canvas { context, size in
            let points = profile.points(width: size.width, height: size.height)
            guard let first = points.first, let last = points.last else { return }
            var line = Path()
            line.addLines(points)
            var area = line
            area.addLine(to: CGPoint(x: last.x, y: size.height))
            area.addLine(to: CGPoint(x: first.x, y: size.height))
            area.closeSubpath()
            context.fill(area, with: .color(Color.accentColor.opacity(0.25)))
            context.stroke(line, with: .color(.accentColor), lineWidth: 2)
            if let fraction {
                var mark = Path()
                mark.move(to: CGPoint(x: fraction * size.width, y: 0))
                mark.addLine(to: CGPoint(x: fraction * size.width, y: size.height))
                context.stroke(mark, with: .color(.red), lineWidth: 2)
            }
        }
    }
}

extension Profile {
    /// The samples in a view of this size, which shows at least 50 m of difference, so that a flat trek looks flat.
    func points(width: Double, height: Double) -> [CGPoint] {
        guard let length = distanceM.last, length > 0 else { return [] }
        let range = max(maxM - minM, 50)
        return zip(distanceM, elevationM).map { distance, elevation in
            CGPoint(x: distance / length * width, y: height - (elevation - minM) / range * height)
        }
    }
}
