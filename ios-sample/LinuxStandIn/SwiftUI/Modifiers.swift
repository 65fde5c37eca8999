import Foundation

/// A view with a change of its environment before, and of its nodes after its evaluation.
struct Modified<Content: View>: PrimitiveView {
    let content: Content
    let before: (inout RenderContext) -> Void
    let after: ([Node], RenderContext) -> [Node]

    init(content: Content, after: @escaping ([Node], RenderContext) -> [Node]) {
        (self.content, before, self.after) = (content, { _ in }, after)
    }

    init(
        content: Content, before: @escaping (inout RenderContext) -> Void,
        after: @escaping ([Node], RenderContext) -> [Node] = { nodes, _ in nodes }
    ) {
        (self.content, self.before, self.after) = (content, before, after)
    }

    func render(_ context: RenderContext) -> [Node] {
        var inner = context.child("modified")
        before(&inner)
        return after(content.nodes(inner), context)
    }
}

extension View {
    private func each(_ change: @escaping (Node) -> Void) -> some View {
        Modified(content: self) { nodes, _ in
            nodes.forEach(change)
            return nodes
        }
    }

    private func adding(_ step: String, _ nodes: @escaping (RenderContext) -> [Node]) -> some View {
        Modified(content: self) { own, context in own + nodes(context.child(step)) }
    }

    // MARK: Without effect on the tree

    public func font(_ font: Font?) -> some View { self }
    public func foregroundStyle<S: ShapeStyle>(_ style: S) -> some View { self }
    public func padding(_ edges: Edge.Set = .all, _ length: CGFloat? = nil) -> some View { self }
    public func padding(_ length: CGFloat) -> some View { self }
    public func frame(width: CGFloat? = nil, height: CGFloat? = nil, alignment: Alignment = .center) -> some View { self }
    public func frame(
        minWidth: CGFloat? = nil, idealWidth: CGFloat? = nil, maxWidth: CGFloat? = nil, minHeight: CGFloat? = nil,
        idealHeight: CGFloat? = nil, maxHeight: CGFloat? = nil, alignment: Alignment = .center
    ) -> some View { self }
    public func background<S: ShapeStyle>(_ style: S) -> some View { self }
    public func background<S: ShapeStyle, T: Shape>(_ style: S, in shape: T) -> some View { self }
    public func tint(_ tint: Color?) -> some View { self }
    public func lineLimit(_ number: Int?) -> some View { self }
    public func multilineTextAlignment(_ alignment: TextAlignment) -> some View { self }
    public func fixedSize(horizontal: Bool, vertical: Bool) -> some View { self }
    public func clipShape<S: Shape>(_ shape: S) -> some View { self }
    public func contentShape<S: Shape>(_ shape: S) -> some View { self }
    public func scaledToFill() -> some View { self }
    public func scaledToFit() -> some View { self }
    public func clipped() -> some View { self }
    public func ignoresSafeArea(edges: Edge.Set = .all) -> some View { self }
    public func autocorrectionDisabled(_ disable: Bool = true) -> some View { self }
    public func navigationBarTitleDisplayMode(_ mode: NavigationBarItem.TitleDisplayMode) -> some View { self }
    public func buttonStyle<S: PrimitiveButtonStyle>(_ style: S) -> some View { self }
    public func controlSize(_ size: ControlSize) -> some View { self }
    public func labelStyle<S: LabelStyle>(_ style: S) -> some View { self }
    public func toggleStyle<S: ToggleStyle>(_ style: S) -> some View { self }
    public func pickerStyle<S: PickerStyle>(_ style: S) -> some View { self }
    public func textSelection<S: TextSelectability>(_ selectability: S) -> some View { self }
    public func keyboardType(_ type: UIKeyboardType) -> some View { self }
    public func textInputAutocapitalization(_ autocapitalization: TextInputAutocapitalization?) -> some View { self }
    public func presentationDetents(_ detents: Set<PresentationDetent>) -> some View { self }

    // MARK: Text, accessibility and controls

    public func navigationTitle<S: StringProtocol>(_ title: S) -> some View {
        let title = String(title)
        return Modified(content: self) { nodes, _ in [Node("Title", title)] + nodes }
    }

    public func accessibilityLabel<S: StringProtocol>(_ label: S) -> some View {
        let label = String(label)
        return each {
            $0.label = label
            $0.children = $0.children.filter { $0.tap != nil }
        }
    }

    public func accessibilityValue<S: StringProtocol>(_ value: S) -> some View {
        let value = String(value)
        return each { $0.value = value }
    }

    public func accessibilityHint<S: StringProtocol>(_ hint: S) -> some View {
        let hint = String(hint)
        return each { $0.hint = hint }
    }

    public func accessibilityHidden(_ hidden: Bool) -> some View {
        each { $0.isHidden = hidden }
    }

    public func accessibilityElement(children: AccessibilityChildBehavior = .ignore) -> some View {
        Modified(content: self) { nodes, _ in
            let element = Node("Element", text(nodes), children: nodes.filter { $0.tap != nil })
            (element.drag, element.tapAt) = (nodes.first?.drag, nodes.first?.tapAt)
            return [element]
        }
    }

    public func accessibilityAddTraits(_ traits: AccessibilityTraits) -> some View { self }

    public func accessibilityAdjustableAction(_ handler: @escaping (AccessibilityAdjustmentDirection) -> Void) -> some View {
        each { node in node.type = { handler($0 == "+" ? .increment : .decrement) } }
    }

    public func disabled(_ disabled: Bool) -> some View {
        Modified(content: self, before: { if disabled { $0.environment.isEnabled = false } })
    }

    public func badge(_ count: Int) -> some View {
        each { if count > 0 { $0.value = "\(count)" } }
    }

    public func tag<V: Hashable>(_ tag: V) -> some View {
        let tag = AnyHashable(tag)
        return Modified(
            content: self, before: { $0.environment.isSelectedTab = $0.environment.selectedTab == tag },
            after: { nodes, _ in
                for node in nodes { node.tag = tag }
                return nodes
            })
    }

    public func tabItem<V: View>(@ViewBuilder _ label: () -> V) -> some View {
        TabItem(content: self, label: label())
    }

    public func id<ID: Hashable>(_ id: ID) -> some View {
        Modified(content: self, before: { $0.path += "#\(id)" })
    }

    public func overlay<V: View>(alignment: Alignment = .center, @ViewBuilder content: @escaping () -> V) -> some View {
        adding("overlay") { content().nodes($0) }
    }

    public func safeAreaInset<V: View>(
        edge: VerticalEdge, alignment: HorizontalAlignment = .center, spacing: CGFloat? = nil,
        @ViewBuilder content: @escaping () -> V
    ) -> some View {
        adding("inset") { content().nodes($0) }
    }

    public func searchable<S: StringProtocol>(
        text: Binding<String>, placement: SearchFieldPlacement = .automatic, prompt: S
    ) -> some View {
        let prompt = String(prompt)
        return adding("search") { _ in
            let node = Node("TextField", prompt)
            node.value = text.wrappedValue
            node.type = { text.wrappedValue = $0 }
            return [node]
        }
    }

    public func toolbar<Content: ToolbarContent>(@ToolbarContentBuilder content: @escaping () -> Content) -> some View {
        adding("toolbar") { content().toolbarNodes(ToolbarContext(context: $0)) }
    }

    public func swipeActions<T: View>(
        edge: HorizontalEdge = .trailing, allowsFullSwipe: Bool = true, @ViewBuilder content: @escaping () -> T
    ) -> some View {
        adding("swipe") { content().nodes($0) }
    }

    public func refreshable(action: @escaping @Sendable () async -> Void) -> some View { self }

    // MARK: Environment

    public func environment<T: AnyObject & Observable>(_ object: T?) -> some View {
        Modified(content: self, before: { $0.environment.objects[ObjectIdentifier(T.self)] = object })
    }

    public func environment<V>(_ path: WritableKeyPath<EnvironmentValues, V>, _ value: V) -> some View {
        Modified(content: self, before: { $0.environment[keyPath: path] = value })
    }

    // MARK: Lifetime

    public func task(
        priority: TaskPriority = .userInitiated, _ action: @escaping @Sendable @MainActor () async -> Void
    ) -> some View {
        task(id: 0, priority: priority, action)
    }

    public func task<T: Equatable>(
        id value: T, priority: TaskPriority = .userInitiated, _ action: @escaping @Sendable @MainActor () async -> Void
    ) -> some View {
        Modified(content: self) { nodes, context in
            context.host.appear(context.path + ":task", id: AnyHashable(Comparison(value))) { Task { await action() } }
            return nodes
        }
    }

    public func onAppear(perform action: (() -> Void)? = nil) -> some View {
        Modified(content: self) { nodes, context in
            context.host.appear(context.path + ":appear", id: 0) {
                action?()
                return nil
            }
            return nodes
        }
    }

    public func onChange<V: Equatable>(of value: V, initial: Bool = false, _ action: @escaping () -> Void) -> some View {
        Modified(content: self) { nodes, context in
            context.host.change(context.path + ":change", id: AnyHashable(Comparison(value)), action)
            return nodes
        }
    }

    /// Every view is as large as the screen of a small phone.
    public func onGeometryChange<T: Equatable & Sendable>(
        for type: T.Type, of transform: @escaping @Sendable (GeometryProxy) -> T, action: @escaping (T) -> Void
    ) -> some View {
        onAppear { action(transform(GeometryProxy(size: CGSize(width: 375, height: 600)))) }
    }

    // MARK: What is presented

    public func navigationDestination<D: Hashable, C: View>(
        for data: D.Type, @ViewBuilder destination: @escaping (D) -> C
    ) -> some View {
        Modified(
            content: self,
            before: { context in
                context.environment.stack?.builders[ObjectIdentifier(data)] = { value in
                    (value.base as? D).map { AnyScreen(destination($0)) } ?? AnyScreen(EmptyView())
                }
            })
    }

    public func sheet<Item: Identifiable, Content: View>(
        item: Binding<Item?>, onDismiss: (() -> Void)? = nil, @ViewBuilder content: @escaping (Item) -> Content
    ) -> some View {
        adding("sheet") { context in
            guard let shown = item.wrappedValue else { return [] }
            var context = context.child("\(shown.id)")
            context.environment.dismiss = DismissAction { item.wrappedValue = nil }
            return [Node("Sheet", children: content(shown).nodes(context))]
        }
    }

    public func sheet<Content: View>(
        isPresented: Binding<Bool>, onDismiss: (() -> Void)? = nil, @ViewBuilder content: @escaping () -> Content
    ) -> some View {
        adding("sheet") { context in
            guard isPresented.wrappedValue else { return [] }
            var context = context
            context.environment.dismiss = DismissAction { isPresented.wrappedValue = false }
            return [Node("Sheet", children: content().nodes(context))]
        }
    }

    public func confirmationDialog<S: StringProtocol, A: View>(
        _ title: S, isPresented: Binding<Bool>, titleVisibility: Visibility = .automatic,
        @ViewBuilder actions: @escaping () -> A
    ) -> some View {
        let title = String(title)
        return adding("dialog") { context in
            guard isPresented.wrappedValue else { return [] }
            let buttons = actions().nodes(context)
            for button in buttons {
                let action = button.tap
                button.tap = {
                    action?()
                    isPresented.wrappedValue = false
                }
            }
            return [Node("Dialog", title, children: buttons)]
        }
    }

    public func confirmationDialog<S: StringProtocol, A: View, M: View>(
        _ title: S, isPresented: Binding<Bool>, titleVisibility: Visibility = .automatic,
        @ViewBuilder actions: @escaping () -> A,
        @ViewBuilder message: @escaping () -> M
    ) -> some View {
        confirmationDialog(title, isPresented: isPresented, titleVisibility: titleVisibility, actions: actions)
            .adding("message") { isPresented.wrappedValue ? message().nodes($0) : [] }
    }

    // MARK: Gestures

    public func gesture<T: Gesture>(_ gesture: T) -> some View {
        each { node in node.drag = { gesture.perform($0, $1, $2) } }
    }

    public func simultaneousGesture<T: Gesture>(_ gesture: T) -> some View { self }

    public func onTapGesture(
        count: Int = 1, coordinateSpace: some CoordinateSpaceProtocol = .local, perform action: @escaping (CGPoint) -> Void
    ) -> some View {
        each { $0.tapAt = action }
    }
}

private struct Comparison<Value: Equatable>: Hashable {
    let value: Value

    init(_ value: Value) {
        self.value = value
    }

    func hash(into hasher: inout Hasher) {}
}

/// A screen of any type.
private struct AnyScreen: PrimitiveView {
    let view: any View

    init(_ view: any View) {
        self.view = view
    }

    func render(_ context: RenderContext) -> [Node] { view.nodes(context) }
}

private struct TabItem<Content: View, Label: View>: PrimitiveView {
    let content: Content
    let label: Label

    func render(_ context: RenderContext) -> [Node] {
        let node = Node("Tab", text(label.nodes(context.child("label"))))
        if context.environment.isSelectedTab { node.children = content.nodes(context) }
        return [node]
    }
}

public enum NavigationBarItem {
    public enum TitleDisplayMode: Sendable {
        case automatic, inline, large
    }
}

public enum Visibility: Sendable {
    case automatic, visible, hidden
}

public enum VerticalEdge: Sendable {
    case top, bottom
}

public enum HorizontalEdge: Sendable {
    case leading, trailing
}

public enum ControlSize: Sendable {
    case small, regular, large
}

public struct AccessibilityChildBehavior: Sendable {
    public static let ignore = AccessibilityChildBehavior()
    public static let combine = AccessibilityChildBehavior()
    public static let contain = AccessibilityChildBehavior()
}

public struct AccessibilityTraits: OptionSet, Sendable {
    public let rawValue: Int

    public init(rawValue: Int) {
        self.rawValue = rawValue
    }

    public static let isHeader = AccessibilityTraits(rawValue: 1)
    public static let isSelected = AccessibilityTraits(rawValue: 2)
    public static let updatesFrequently = AccessibilityTraits(rawValue: 4)
}

public enum AccessibilityAdjustmentDirection: Sendable {
    case increment, decrement
}

public enum SearchFieldPlacement: Sendable {
    case automatic
}

public enum UIKeyboardType: Sendable {
    case emailAddress, URL
}

public struct TextInputAutocapitalization: Sendable {
    public static var never: TextInputAutocapitalization { TextInputAutocapitalization() }
}

public struct PresentationDetent: Hashable, Sendable {
    let name: String

    public static let medium = PresentationDetent(name: "medium")
    public static let large = PresentationDetent(name: "large")
}

public protocol PrimitiveButtonStyle {}
public struct BorderedButtonStyle: PrimitiveButtonStyle {}
public struct BorderedProminentButtonStyle: PrimitiveButtonStyle {}
public struct PlainButtonStyle: PrimitiveButtonStyle {}
public struct BorderlessButtonStyle: PrimitiveButtonStyle {}
extension PrimitiveButtonStyle where Self == BorderedButtonStyle {
    public static var bordered: BorderedButtonStyle { BorderedButtonStyle() }
}
extension PrimitiveButtonStyle where Self == BorderedProminentButtonStyle {
    public static var borderedProminent: BorderedProminentButtonStyle { BorderedProminentButtonStyle() }
}
extension PrimitiveButtonStyle where Self == PlainButtonStyle {
    public static var plain: PlainButtonStyle { PlainButtonStyle() }
}
extension PrimitiveButtonStyle where Self == BorderlessButtonStyle {
    public static var borderless: BorderlessButtonStyle { BorderlessButtonStyle() }
}

public protocol LabelStyle {}
public struct IconOnlyLabelStyle: LabelStyle {}
extension LabelStyle where Self == IconOnlyLabelStyle {
    public static var iconOnly: IconOnlyLabelStyle { IconOnlyLabelStyle() }
}

public protocol ToggleStyle {}
public struct ButtonToggleStyle: ToggleStyle {}
extension ToggleStyle where Self == ButtonToggleStyle {
    public static var button: ButtonToggleStyle { ButtonToggleStyle() }
}

public protocol PickerStyle {}
public struct SegmentedPickerStyle: PickerStyle {}
extension PickerStyle where Self == SegmentedPickerStyle {
    public static var segmented: SegmentedPickerStyle { SegmentedPickerStyle() }
}

public protocol TextSelectability {}
public struct EnabledTextSelectability: TextSelectability {}
extension TextSelectability where Self == EnabledTextSelectability {
    public static var enabled: EnabledTextSelectability { EnabledTextSelectability() }
}
