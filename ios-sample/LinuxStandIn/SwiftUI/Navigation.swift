import Foundation

extension View {
    /// All screens of a stack that `nodes` of this view declare.
    fileprivate func destinations(_ context: RenderContext) -> [Node] { nodes(context) }
}

/// Shows the last screen of its path, with the buttons of its tool bar, or its root.
public struct NavigationStack<Data, Root: View>: PrimitiveView {
    let path: Binding<[AnyHashable]>
    let root: Root

    public init<Element: Hashable>(path: Binding<[Element]>, @ViewBuilder root: () -> Root) where Data == [Element] {
        self.path = Binding(
            get: { path.wrappedValue.map(AnyHashable.init) },
            set: { path.wrappedValue = $0.compactMap { $0.base as? Element } })
        self.root = root()
    }

    func render(_ context: RenderContext) -> [Node] {
        var context = context
        let stack = StackScope(path)
        context.environment.stack = stack
        // The root is always evaluated: it declares the destinations, and its tasks go on below a pushed screen.
        let below = root.nodes(context.child("root"))
        guard let top = path.wrappedValue.last else { return below }
        for (index, value) in path.wrappedValue.enumerated() {
            guard let build = stack.destination(of: value) else { continue }
            var screen = context.child("\(index)")
            screen.environment.dismiss = DismissAction { path.wrappedValue.removeLast() }
            let nodes = build(value).nodes(screen)
            if index == path.wrappedValue.count - 1 { return nodes }
        }
        return [Node("Text", "no destination for \(top)")]
    }
}

@MainActor
final class StackScope {
    let path: Binding<[AnyHashable]>
    var builders: [ObjectIdentifier: (AnyHashable) -> any View] = [:]

    init(_ path: Binding<[AnyHashable]>) {
        self.path = path
    }

    func destination(of value: AnyHashable) -> ((AnyHashable) -> any View)? {
        builders[ObjectIdentifier(type(of: value.base))]
    }
}

extension EnvironmentValues {
    var stack: StackScope? {
        get { objects[ObjectIdentifier(StackScope.self)] as? StackScope }
        set { objects[ObjectIdentifier(StackScope.self)] = newValue }
    }
}

public struct NavigationLink<Label: View, Destination: View>: PrimitiveView {
    let label: Label
    let value: AnyHashable?

    func render(_ context: RenderContext) -> [Node] {
        let node = Node("Button", text(label.nodes(context.child("label"))))
        node.isEnabled = context.environment.isEnabled && value != nil
        let stack = context.environment.stack
        node.tap = { value.map { stack?.path.wrappedValue.append($0) } }
        return [node]
    }
}

extension NavigationLink where Destination == Never {
    public init<P: Hashable>(value: P?, @ViewBuilder label: () -> Label) {
        (self.label, self.value) = (label(), value.map(AnyHashable.init))
    }
}

extension NavigationLink where Label == Text, Destination == Never {
    public init<S: StringProtocol, P: Hashable>(_ title: S, value: P?) {
        (label, self.value) = (Text(title), value.map(AnyHashable.init))
    }
}

/// The tabs are nodes whose tap selects them. Only the selected one is evaluated.
public struct TabView<Selection: Hashable, Content: View>: PrimitiveView {
    let selection: Binding<Selection>?
    let content: Content

    public init(selection: Binding<Selection>?, @ViewBuilder content: () -> Content) {
        (self.selection, self.content) = (selection, content())
    }

    func render(_ context: RenderContext) -> [Node] {
        var context = context
        context.environment.selectedTab = selection.map { AnyHashable($0.wrappedValue) }
        let tabs = content.nodes(context)
        for tab in tabs where tab.kind == "Tab" {
            tab.tap = { (tab.tag?.base as? Selection).map { selection?.wrappedValue = $0 } }
        }
        return tabs
    }
}

private final class SelectedTab {
    let tag: AnyHashable

    init(_ tag: AnyHashable) {
        self.tag = tag
    }
}

extension EnvironmentValues {
    var selectedTab: AnyHashable? {
        get { (objects[ObjectIdentifier(SelectedTab.self)] as? SelectedTab)?.tag }
        set { objects[ObjectIdentifier(SelectedTab.self)] = newValue.map(SelectedTab.init) }
    }
}

public struct ToolbarItemPlacement: Sendable {
    public static let topBarLeading = ToolbarItemPlacement()
    public static let topBarTrailing = ToolbarItemPlacement()
    public static let cancellationAction = ToolbarItemPlacement()
    public static let confirmationAction = ToolbarItemPlacement()
    public static let primaryAction = ToolbarItemPlacement()
}

@MainActor @preconcurrency
public protocol ToolbarContent {
    func toolbarNodes(_ context: ToolbarContext) -> [Node]
}

@MainActor
public struct ToolbarContext {
    let context: RenderContext
}

public struct ToolbarItem<ID, Content: View>: ToolbarContent {
    let content: Content

    public func toolbarNodes(_ context: ToolbarContext) -> [Node] { content.nodes(context.context) }
}

extension ToolbarItem where ID == () {
    public init(placement: ToolbarItemPlacement = .primaryAction, @ViewBuilder content: () -> Content) {
        self.content = content()
    }
}

@resultBuilder
public enum ToolbarContentBuilder {
    public static func buildBlock<each Content: ToolbarContent>(_ content: repeat each Content) -> ToolbarGroup {
        var items: [any ToolbarContent] = []
        repeat items.append(each content)
        return ToolbarGroup(items: items)
    }
    public static func buildBlock<Content: ToolbarContent>(_ content: Content) -> Content { content }
    public static func buildExpression<Content: ToolbarContent>(_ content: Content) -> Content { content }
    public static func buildIf<Content: ToolbarContent>(_ content: Content?) -> Content? { content }
}

extension Optional: ToolbarContent where Wrapped: ToolbarContent {
    public func toolbarNodes(_ context: ToolbarContext) -> [Node] { self?.toolbarNodes(context) ?? [] }
}

public struct ToolbarGroup: ToolbarContent {
    let items: [any ToolbarContent]

    public func toolbarNodes(_ context: ToolbarContext) -> [Node] {
        items.enumerated().flatMap { index, item in
            item.toolbarNodes(ToolbarContext(context: context.context.child("\(index)")))
        }
    }
}
