import Foundation
import Jalon

/// A line on the ground that a value from 0 to 1 finds a place on.
struct Polyline: Equatable {
    let positions: [Position]
    /// Metres from the start to each position.
    private let along: [Double]

    init(_ geometry: Geometry?) {
        self.init(geometry?.lines.flatMap { $0 } ?? [])
    }

    init(_ positions: [Position]) {
        self.positions = positions
        var (along, sum): ([Double], Double) = ([], 0)
        for (index, position) in positions.enumerated() {
            if index > 0 { sum += positions[index - 1].metres(to: position) }
            along.append(sum)
        }
        self.along = along
    }

    var isEmpty: Bool { positions.count < 2 }

    /// The place at a fraction of the length; nil for an empty line.
    func position(at fraction: Double) -> Position? {
        guard let length = along.last, positions.count > 1 else { return positions.first }
        let wanted = fraction.clamped(to: 0...1) * length
        let end = max(1, along.firstIndex { $0 >= wanted } ?? along.count - 1)
        let (a, b) = (positions[end - 1], positions[end])
        let part = along[end] > along[end - 1] ? (wanted - along[end - 1]) / (along[end] - along[end - 1]) : 0
        return Position(lon: a.lon + (b.lon - a.lon) * part, lat: a.lat + (b.lat - a.lat) * part)
    }
}

extension Position {
    /// The distance to a near position, on a sphere.
    func metres(to other: Position) -> Double {
        let radians = Double.pi / 180
        let x = (other.lon - lon) * radians * cos((lat + other.lat) / 2 * radians)
        return hypot(x, (other.lat - lat) * radians) * 6_371_008.8
    }
}

extension Comparable {
    func clamped(to range: ClosedRange<Self>) -> Self {
        min(max(self, range.lowerBound), range.upperBound)
    }
}
