import Foundation

public enum Axis: Sendable {
    case horizontal, vertical

    public struct Set: OptionSet, Sendable {
        public let rawValue: Int8

        public init(rawValue: Int8) {
            self.rawValue = rawValue
        }

        public static let horizontal = Set(rawValue: 1)
        public static let vertical = Set(rawValue: 2)
    }
}

public struct HorizontalAlignment: Equatable, Sendable {
    let name: String

    public static let leading = HorizontalAlignment(name: "leading")
    public static let center = HorizontalAlignment(name: "center")
    public static let trailing = HorizontalAlignment(name: "trailing")
}

public struct VerticalAlignment: Equatable, Sendable {
    let name: String

    public static let top = VerticalAlignment(name: "top")
    public static let center = VerticalAlignment(name: "center")
    public static let bottom = VerticalAlignment(name: "bottom")
    public static let firstTextBaseline = VerticalAlignment(name: "firstTextBaseline")
}

public struct Alignment: Equatable, Sendable {
    let name: String

    public static let center = Alignment(name: "center")
    public static let leading = Alignment(name: "leading")
    public static let bottom = Alignment(name: "bottom")
    public static let top = Alignment(name: "top")
    public static let topTrailing = Alignment(name: "topTrailing")
    public static let bottomTrailing = Alignment(name: "bottomTrailing")
}

public struct HStack<Content: View>: PrimitiveView {
    let content: Content

    public init(alignment: VerticalAlignment = .center, spacing: CGFloat? = nil, @ViewBuilder content: () -> Content) {
        self.content = content()
    }

    func render(_ context: RenderContext) -> [Node] { content.nodes(context) }
}

public struct VStack<Content: View>: PrimitiveView {
    let content: Content

    public init(alignment: HorizontalAlignment = .center, spacing: CGFloat? = nil, @ViewBuilder content: () -> Content) {
        self.content = content()
    }

    func render(_ context: RenderContext) -> [Node] { content.nodes(context) }
}

public struct LazyHStack<Content: View>: PrimitiveView {
    let content: Content

    public init(alignment: VerticalAlignment = .center, spacing: CGFloat? = nil, @ViewBuilder content: () -> Content) {
        self.content = content()
    }

    func render(_ context: RenderContext) -> [Node] { content.nodes(context) }
}

public struct ZStack<Content: View>: PrimitiveView {
    let content: Content

    public init(alignment: Alignment = .center, @ViewBuilder content: () -> Content) {
        self.content = content()
    }

    func render(_ context: RenderContext) -> [Node] { content.nodes(context) }
}

public struct ScrollView<Content: View>: PrimitiveView {
    let content: Content

    public init(_ axes: Axis.Set = .vertical, showsIndicators: Bool = true, @ViewBuilder content: () -> Content) {
        self.content = content()
    }

    func render(_ context: RenderContext) -> [Node] { content.nodes(context) }
}

public struct List<Content: View>: PrimitiveView {
    let content: Content

    public init(@ViewBuilder content: () -> Content) {
        self.content = content()
    }

    func render(_ context: RenderContext) -> [Node] { [Node("List", children: content.nodes(context))] }
}

public struct Form<Content: View>: PrimitiveView {
    let content: Content

    public init(@ViewBuilder content: () -> Content) {
        self.content = content()
    }

    func render(_ context: RenderContext) -> [Node] { content.nodes(context) }
}

public struct Section<Header: View, Content: View, Footer: View>: PrimitiveView {
    let header: Header
    let content: Content
    let footer: Footer

    func render(_ context: RenderContext) -> [Node] {
        header.nodes(context.child("header")) + content.nodes(context) + footer.nodes(context.child("footer"))
    }
}

extension Section where Header == Text, Footer == EmptyView {
    public init<S: StringProtocol>(_ title: S, @ViewBuilder content: () -> Content) {
        (header, self.content, footer) = (Text(title), content(), EmptyView())
    }
}

extension Section where Header == EmptyView, Footer == EmptyView {
    public init(@ViewBuilder content: () -> Content) {
        (header, self.content, footer) = (EmptyView(), content(), EmptyView())
    }
}

extension Section where Header == EmptyView {
    public init(@ViewBuilder content: () -> Content, @ViewBuilder footer: () -> Footer) {
        (header, self.content, self.footer) = (EmptyView(), content(), footer())
    }
}

extension Section {
    public init(@ViewBuilder content: () -> Content, @ViewBuilder header: () -> Header, @ViewBuilder footer: () -> Footer) {
        (self.header, self.content, self.footer) = (header(), content(), footer())
    }
}

public struct LabeledContent<Label: View, Content: View>: PrimitiveView {
    let label: Label
    let content: Content

    func render(_ context: RenderContext) -> [Node] { label.nodes(context) + content.nodes(context.child("content")) }
}

extension LabeledContent where Label == Text, Content == Text {
    public init<S1: StringProtocol, S2: StringProtocol>(_ title: S1, value: S2) {
        (label, content) = (Text(title), Text(value))
    }
}

public struct DisclosureGroup<Label: View, Content: View>: PrimitiveView {
    let label: Label
    let content: Content

    func render(_ context: RenderContext) -> [Node] { label.nodes(context) + content.nodes(context.child("content")) }
}

extension DisclosureGroup where Label == Text {
    public init<S: StringProtocol>(_ label: S, @ViewBuilder content: @escaping () -> Content) {
        (self.label, self.content) = (Text(label), content())
    }
}

public struct Spacer: PrimitiveView {
    public init(minLength: CGFloat? = nil) {}

    func render(_ context: RenderContext) -> [Node] { [] }
}

public struct Color: PrimitiveView, Hashable, ShapeStyle {
    nonisolated let name: String

    nonisolated public init(_ name: String) {
        self.name = name
    }

    nonisolated public static let accentColor = Color("accentColor")
    nonisolated public static let primary = Color("primary")
    nonisolated public static let secondary = Color("secondary")
    nonisolated public static let white = Color("white")
    nonisolated public static let black = Color("black")
    nonisolated public static let blue = Color("blue")
    nonisolated public static let red = Color("red")
    nonisolated public static let orange = Color("orange")
    nonisolated public static let green = Color("green")

    public func opacity(_ opacity: Double) -> Color { self }

    func render(_ context: RenderContext) -> [Node] { [] }
}

public protocol ShapeStyle: Sendable {}

extension ShapeStyle where Self == Color {
    public static var red: Color { .red }
    public static var orange: Color { .orange }
    public static var green: Color { .green }
}

public struct HierarchicalShapeStyle: ShapeStyle {
    let level: Int
}

extension ShapeStyle where Self == HierarchicalShapeStyle {
    public static var primary: HierarchicalShapeStyle { HierarchicalShapeStyle(level: 1) }
    public static var secondary: HierarchicalShapeStyle { HierarchicalShapeStyle(level: 2) }
}

public struct TintShapeStyle: ShapeStyle {}

extension ShapeStyle where Self == TintShapeStyle {
    public static var tint: TintShapeStyle { TintShapeStyle() }
}

public struct Material: ShapeStyle {
    let name: String
}

extension ShapeStyle where Self == Material {
    public static var regularMaterial: Material { Material(name: "regular") }
}

public protocol Shape: View, Sendable {}

public struct RoundedRectangle: PrimitiveView, Shape {
    public init(cornerRadius: CGFloat) {}

    nonisolated func render(_ context: RenderContext) -> [Node] { [] }
}

public struct Font: Hashable, Sendable {
    let name: String

    public static let title2 = Font(name: "title2")
    public static let headline = Font(name: "headline")
    public static let subheadline = Font(name: "subheadline")
    public static let body = Font(name: "body")
    public static let callout = Font(name: "callout")
    public static let caption = Font(name: "caption")

    public func monospaced() -> Font { self }
    public func monospacedDigit() -> Font { self }
    public func bold() -> Font { self }
}

public enum TextAlignment: Sendable {
    case leading, center, trailing
}

public struct Edge: Sendable {
    public struct Set: OptionSet, Sendable {
        public let rawValue: Int8

        public init(rawValue: Int8) {
            self.rawValue = rawValue
        }

        public static let all = Set(rawValue: 15)
        public static let horizontal = Set(rawValue: 10)
        public static let vertical = Set(rawValue: 5)
        public static let top = Set(rawValue: 1)
        public static let bottom = Set(rawValue: 4)
    }
}
