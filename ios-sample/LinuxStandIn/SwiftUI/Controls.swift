import Foundation
import UIKit

public struct Text: PrimitiveView, Equatable {
    let string: String

    public init<S: StringProtocol>(_ content: S) {
        string = String(content)
    }

    public init(verbatim content: String) {
        string = content
    }

    func render(_ context: RenderContext) -> [Node] { [Node("Text", string)] }
}

public struct Image: PrimitiveView {
    let name: String

    public init(systemName: String) {
        name = systemName
    }

    public init(uiImage: UIImage) {
        name = "picture"
    }

    public func resizable() -> Image { self }

    func render(_ context: RenderContext) -> [Node] { [Node("Image")] }
}

public struct Label<Title: View, Icon: View>: PrimitiveView {
    let title: Title

    public init(@ViewBuilder title: () -> Title, @ViewBuilder icon: () -> Icon) {
        self.title = title()
    }

    func render(_ context: RenderContext) -> [Node] { title.nodes(context) }
}

extension Label where Title == Text, Icon == Image {
    public init<S: StringProtocol>(_ title: S, systemImage name: String) {
        self.title = Text(title)
    }
}

/// The text of a control: that of all its parts.
@MainActor
func text(_ nodes: [Node]) -> String {
    nodes.map(\.text).filter { !$0.isEmpty }.joined(separator: "\n")
}

public struct ButtonRole: Equatable, Sendable {
    let name: String

    public static let destructive = ButtonRole(name: "destructive")
    public static let cancel = ButtonRole(name: "cancel")
}

public struct Button<Label: View>: PrimitiveView {
    let action: @MainActor () -> Void
    let label: Label

    public init(action: @escaping @MainActor () -> Void, @ViewBuilder label: () -> Label) {
        (self.action, self.label) = (action, label())
    }

    public init(role: ButtonRole?, action: @escaping @MainActor () -> Void, @ViewBuilder label: () -> Label) {
        (self.action, self.label) = (action, label())
    }

    func render(_ context: RenderContext) -> [Node] {
        let node = Node("Button", text(label.nodes(context.child("label"))))
        node.isEnabled = context.environment.isEnabled
        node.tap = action
        return [node]
    }
}

extension Button where Label == Text {
    public init<S: StringProtocol>(_ title: S, action: @escaping @MainActor () -> Void) {
        (self.action, label) = (action, Text(title))
    }

    public init<S: StringProtocol>(_ title: S, role: ButtonRole?, action: @escaping @MainActor () -> Void) {
        (self.action, label) = (action, Text(title))
    }
}

extension Button where Label == SwiftUI.Label<Text, Image> {
    public init<S: StringProtocol>(_ title: S, systemImage: String, action: @escaping @MainActor () -> Void) {
        (self.action, label) = (action, SwiftUI.Label(title, systemImage: systemImage))
    }

    public init<S: StringProtocol>(_ title: S, systemImage: String, role: ButtonRole?, action: @escaping @MainActor () -> Void)
    {
        (self.action, label) = (action, SwiftUI.Label(title, systemImage: systemImage))
    }
}

public struct Link<Label: View>: PrimitiveView {
    let label: Label
    let destination: URL

    func render(_ context: RenderContext) -> [Node] {
        let node = Node("Link", text(label.nodes(context)))
        let open = context.environment.openURL
        node.tap = { open(destination) }
        return [node]
    }
}

extension Link where Label == Text {
    public init<S: StringProtocol>(_ title: S, destination: URL) {
        (label, self.destination) = (Text(title), destination)
    }
}

public struct Toggle<Label: View>: PrimitiveView {
    let isOn: Binding<Bool>
    let label: Label

    public init(isOn: Binding<Bool>, @ViewBuilder label: () -> Label) {
        (self.isOn, self.label) = (isOn, label())
    }

    func render(_ context: RenderContext) -> [Node] {
        let node = Node("Toggle", text(label.nodes(context)))
        node.value = isOn.wrappedValue ? "on" : "off"
        node.isEnabled = context.environment.isEnabled
        node.tap = { isOn.wrappedValue.toggle() }
        return [node]
    }
}

extension Toggle where Label == Text {
    public init<S: StringProtocol>(_ title: S, isOn: Binding<Bool>) {
        (self.isOn, label) = (isOn, Text(title))
    }
}

extension Toggle where Label == SwiftUI.Label<Text, Image> {
    public init<S: StringProtocol>(_ title: S, systemImage: String, isOn: Binding<Bool>) {
        (self.isOn, label) = (isOn, SwiftUI.Label(title, systemImage: systemImage))
    }
}

public struct TextField<Label: View>: PrimitiveView {
    let text: Binding<String>
    let label: Label

    func render(_ context: RenderContext) -> [Node] {
        let node = Node("TextField", SwiftUI.text(label.nodes(context)))
        node.value = text.wrappedValue
        node.isEnabled = context.environment.isEnabled
        node.type = { text.wrappedValue = $0 }
        return [node]
    }
}

extension TextField where Label == Text {
    public init<S: StringProtocol>(_ title: S, text: Binding<String>) {
        (self.text, label) = (text, Text(title))
    }

    public init<S: StringProtocol>(_ title: S, text: Binding<String>, axis: Axis) {
        (self.text, label) = (text, Text(title))
    }
}

public struct Picker<Label: View, Selection: Hashable, Content: View>: PrimitiveView {
    let selection: Binding<Selection>
    let content: Content
    let label: Label

    /// Each choice is a button of the tree. A tag of another type than the selection selects nothing, as on iOS.
    func render(_ context: RenderContext) -> [Node] {
        let title = text(label.nodes(context))
        let choices = content.nodes(context.child("choices"))
        for choice in choices {
            guard let selected = choice.tag?.base as? Selection else { continue }
            choice.value = selected == selection.wrappedValue ? "selected" : ""
            choice.isEnabled = context.environment.isEnabled
            choice.tap = { selection.wrappedValue = selected }
        }
        return [Node("Picker", title, children: choices)]
    }
}

extension Picker where Label == Text {
    public init<S: StringProtocol>(_ title: S, selection: Binding<Selection>, @ViewBuilder content: () -> Content) {
        (self.selection, self.content, label) = (selection, content(), Text(title))
    }
}

public struct ProgressView<Label: View>: PrimitiveView {
    let label: Label
    let value: Double?

    func render(_ context: RenderContext) -> [Node] {
        let node = Node("ProgressView", text(label.nodes(context)))
        node.value = value.map { "\(Int($0 * 100)) %" } ?? ""
        return [node]
    }
}

extension ProgressView where Label == EmptyView {
    public init() {
        (label, value) = (EmptyView(), nil)
    }
}

extension ProgressView where Label == Text {
    public init<S: StringProtocol>(_ title: S) {
        (label, value) = (Text(title), nil)
    }

    public init<S: StringProtocol, V: BinaryFloatingPoint>(_ title: S, value: V?, total: V = 1.0) {
        (label, self.value) = (Text(title), value.map { Double($0 / total) })
    }
}

public struct ContentUnavailableView<Label: View, Description: View, Actions: View>: PrimitiveView {
    let label: Label
    let description: Description
    let actions: Actions

    public init(
        @ViewBuilder label: () -> Label, @ViewBuilder description: () -> Description = { EmptyView() },
        @ViewBuilder actions: () -> Actions = { EmptyView() }
    ) {
        (self.label, self.description, self.actions) = (label(), description(), actions())
    }

    func render(_ context: RenderContext) -> [Node] {
        label.nodes(context) + description.nodes(context) + actions.nodes(context.child("actions"))
    }
}

public struct ShareLink<Label: View>: PrimitiveView {
    let label: Label

    public init(item: String, @ViewBuilder label: () -> Label) {
        self.label = label()
    }

    func render(_ context: RenderContext) -> [Node] {
        let node = Node("Button", text(label.nodes(context)))
        node.tap = {}
        return [node]
    }
}
