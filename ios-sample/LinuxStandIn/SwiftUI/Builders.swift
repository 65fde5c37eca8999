import Foundation

@resultBuilder @MainActor
public enum ViewBuilder {
    public static func buildBlock() -> EmptyView { EmptyView() }
    public static func buildBlock<Content: View>(_ content: Content) -> Content { content }
    public static func buildBlock<each Content: View>(_ content: repeat each Content) -> TupleView<(repeat each Content)> {
        TupleView((repeat each content))
    }
    public static func buildExpression<Content: View>(_ content: Content) -> Content { content }
    public static func buildIf<Content: View>(_ content: Content?) -> Content? { content }
    public static func buildEither<First: View, Second: View>(first: First) -> _ConditionalContent<First, Second> {
        .first(first)
    }
    public static func buildEither<First: View, Second: View>(second: Second) -> _ConditionalContent<First, Second> {
        .second(second)
    }
}

public struct TupleView<Content>: PrimitiveView {
    let value: Content

    init(_ value: Content) {
        self.value = value
    }

    func render(_ context: RenderContext) -> [Node] {
        let views = Mirror(reflecting: value).children.compactMap { $0.value as? any View }
        return views.enumerated().flatMap { index, view in view.nodes(context.child("\(index)")) }
    }
}

public enum _ConditionalContent<First: View, Second: View>: PrimitiveView {
    case first(First)
    case second(Second)

    func render(_ context: RenderContext) -> [Node] {
        switch self {
        case .first(let view): view.nodes(context.child("if"))
        case .second(let view): view.nodes(context.child("else"))
        }
    }
}

extension Optional: View where Wrapped: View {
    public var body: Never { fatalError("a primitive view has no body") }
}

extension Optional: PrimitiveView where Wrapped: View {
    func render(_ context: RenderContext) -> [Node] {
        map { $0.nodes(context.child("some")) } ?? []
    }
}

public struct EmptyView: PrimitiveView {
    nonisolated public init() {}

    func render(_ context: RenderContext) -> [Node] { [] }
}

public struct Group<Content: View>: PrimitiveView {
    let content: Content

    public init(@ViewBuilder content: () -> Content) {
        self.content = content()
    }

    func render(_ context: RenderContext) -> [Node] { content.nodes(context) }
}

public struct ForEach<Data: RandomAccessCollection, ID: Hashable, Content: View>: PrimitiveView {
    let data: Data
    let id: KeyPath<Data.Element, ID>
    let content: (Data.Element) -> Content

    public init(_ data: Data, id: KeyPath<Data.Element, ID>, @ViewBuilder content: @escaping (Data.Element) -> Content) {
        (self.data, self.id, self.content) = (data, id, content)
    }

    func render(_ context: RenderContext) -> [Node] {
        data.flatMap { element in content(element).nodes(context.child("\(element[keyPath: id])")) }
    }
}

extension ForEach where Data.Element: Identifiable, ID == Data.Element.ID {
    public init(_ data: Data, @ViewBuilder content: @escaping (Data.Element) -> Content) {
        self.init(data, id: \.id, content: content)
    }
}

// MARK: App and scenes

@MainActor @preconcurrency
public protocol Scene {
    associatedtype Body: Scene
    @SceneBuilder @MainActor @preconcurrency var body: Body { get }
}

extension Never: Scene {}

@resultBuilder
public enum SceneBuilder {
    public static func buildBlock<Content: Scene>(_ content: Content) -> Content { content }
}

public struct WindowGroup<Content: View>: Scene {
    public init(@ViewBuilder content: () -> Content) {}

    public var body: Never { fatalError("a primitive scene has no body") }
}

@MainActor @preconcurrency
public protocol App {
    associatedtype Body: Scene
    @SceneBuilder @MainActor @preconcurrency var body: Body { get }
    @MainActor @preconcurrency init()
}

extension App {
    @MainActor @preconcurrency
    public static func main() {
        fatalError("this stand-in for SwiftUI shows no windows")
    }
}
