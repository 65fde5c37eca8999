import Foundation

public struct GeometryProxy: Sendable {
    public let size: CGSize
}

public protocol CoordinateSpaceProtocol {}
public struct LocalCoordinateSpace: CoordinateSpaceProtocol {}
extension CoordinateSpaceProtocol where Self == LocalCoordinateSpace {
    public static var local: LocalCoordinateSpace { LocalCoordinateSpace() }
}

@MainActor @preconcurrency
public protocol Gesture {
    func perform(_ start: CGPoint, _ location: CGPoint, _ translation: CGSize)
}

public struct DragGesture: Gesture {
    public struct Value {
        public var startLocation: CGPoint
        public var location: CGPoint
        public var translation: CGSize
    }

    var changed: (Value) -> Void = { _ in }
    var ended: (Value) -> Void = { _ in }

    public init(minimumDistance: CGFloat = 10, coordinateSpace: some CoordinateSpaceProtocol = .local) {}

    public func onChanged(_ action: @escaping (Value) -> Void) -> DragGesture {
        var copy = self
        copy.changed = action
        return copy
    }

    public func onEnded(_ action: @escaping (Value) -> Void) -> DragGesture {
        var copy = self
        copy.ended = action
        return copy
    }

    public func perform(_ start: CGPoint, _ location: CGPoint, _ translation: CGSize) {
        let value = Value(startLocation: start, location: location, translation: translation)
        changed(value)
        ended(value)
    }
}

public struct MagnifyGesture: Gesture {
    public struct Value {
        public var magnification: CGFloat
    }

    public init(minimumScaleDelta: CGFloat = 0.01) {}

    public func onChanged(_ action: @escaping (Value) -> Void) -> MagnifyGesture { self }
    public func onEnded(_ action: @escaping (Value) -> Void) -> MagnifyGesture { self }
    public func perform(_ start: CGPoint, _ location: CGPoint, _ translation: CGSize) {}
}

public struct Path: Equatable, Sendable {
    public init() {}
    public init(ellipseIn rect: CGRect) {}
    public init(roundedRect rect: CGRect, cornerRadius: CGFloat) {}

    public mutating func move(to end: CGPoint) {}
    public mutating func addLine(to end: CGPoint) {}
    public mutating func addLines(_ lines: [CGPoint]) {}
    public mutating func closeSubpath() {}
}

public struct StrokeStyle: Equatable, Sendable {
    public init(
        lineWidth: CGFloat = 1, lineCap: LineCap = .butt, lineJoin: LineJoin = .miter, miterLimit: CGFloat = 10,
        dash: [CGFloat] = [], dashPhase: CGFloat = 0
    ) {}

    public enum LineCap: Sendable {
        case butt, round
    }

    public enum LineJoin: Sendable {
        case miter, round
    }
}

/// Counts what is drawn.
public struct GraphicsContext {
    public struct Shading {
        public static func color(_ color: Color) -> Shading { Shading() }
    }

    final class Count {
        var operations: [String: Int] = [:]
    }

    let count = Count()

    private func add(_ operation: String) {
        count.operations[operation, default: 0] += 1
    }

    public func fill(_ path: Path, with shading: Shading) { add("fill") }
    public func stroke(_ path: Path, with shading: Shading, lineWidth: CGFloat = 1) { add("stroke") }
    public func stroke(_ path: Path, with shading: Shading, style: StrokeStyle) { add("stroke") }
    public func draw(_ image: Image, in rect: CGRect) { add("image") }
    public func draw(_ text: Text, at point: CGPoint) { add("text") }
}

public struct Canvas<Symbols: View>: PrimitiveView {
    let renderer: (inout GraphicsContext, CGSize) -> Void

    func render(_ context: RenderContext) -> [Node] {
        var graphics = GraphicsContext()
        renderer(&graphics, CGSize(width: 375, height: 600))
        let node = Node("Canvas")
        node.hint = graphics.count.operations.sorted { $0.key < $1.key }.map { "\($0.key) \($0.value)" }.joined(separator: ", ")
        return [node]
    }
}

extension Canvas where Symbols == EmptyView {
    public init(
        opaque: Bool = false, rendersAsynchronously: Bool = false, renderer: @escaping (inout GraphicsContext, CGSize) -> Void
    ) {
        self.renderer = renderer
    }
}
