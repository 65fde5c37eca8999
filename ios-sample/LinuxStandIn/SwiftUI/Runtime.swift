// A stand-in for SwiftUI on Linux. It is not SwiftUI and draws nothing: it has the declarations that the views of this sample
// use, so that they are type-checked, and evaluates them to a tree of nodes, so that tests can drive them.

@_exported import Foundation
import Observation

@MainActor @preconcurrency
public protocol View {
    associatedtype Body: View
    @ViewBuilder @MainActor @preconcurrency var body: Body { get }
}

extension Never: View {
    public var body: Never { fatalError("a primitive view has no body") }
}

/// A part of the screen, as a test sees it.
@MainActor
public final class Node {
    public let kind: String
    public var label: String
    public var value = ""
    public var hint = ""
    public var isEnabled = true
    public var isHidden = false
    public var tap: (() -> Void)?
    public var type: ((String) -> Void)?
    public var drag: ((CGPoint, CGPoint, CGSize) -> Void)?
    public var tapAt: ((CGPoint) -> Void)?
    public var tag: AnyHashable?
    public var children: [Node] = []

    init(_ kind: String, _ label: String = "", children: [Node] = []) {
        (self.kind, self.label, self.children) = (kind, label, children)
    }

    /// This node and all nodes in it.
    public var all: [Node] { [self] + children.flatMap(\.all) }

    /// The texts in it, in their order.
    public var text: String {
        all.filter { !$0.isHidden }.map { $0.label + ($0.value.isEmpty ? "" : " " + $0.value) }.filter { !$0.isEmpty }
            .joined(separator: "\n")
    }
}

/// What a view inherits from its parents.
@MainActor
struct RenderContext {
    let host: ViewHost
    var path: String
    var environment: EnvironmentValues

    func child(_ step: String) -> RenderContext {
        RenderContext(host: host, path: "\(path)/\(step)", environment: environment)
    }
}

@MainActor
protocol PrimitiveView: View where Body == Never {
    func render(_ context: RenderContext) -> [Node]
}

extension PrimitiveView {
    public var body: Never { fatalError("a primitive view has no body") }
}

/// A property wrapper whose storage belongs to the place of its view in the tree.
@MainActor
protocol StoredProperty {
    func install(_ context: RenderContext)
}

extension View {
    func nodes(_ context: RenderContext) -> [Node] {
        if let primitive = self as? any PrimitiveView { return primitive.render(context) }
        // Of a view of UIKit a test sees only that it is there.
        if self is any UIViewControllerRepresentable { return [Node(String(describing: Self.self))] }
        let context = context.child(String(describing: Self.self))
        for child in Mirror(reflecting: self).children {
            (child.value as? any StoredProperty)?.install(context.child(child.label ?? ""))
        }
        return body.nodes(context)
    }
}

/// Evaluates a view, and keeps its state, its tasks and what is presented.
@MainActor
public final class ViewHost {
    private let view: any View
    private let environment: EnvironmentValues
    var boxes: [String: AnyObject] = [:]
    private var lifetimes: [String: (id: AnyHashable, task: Task<Void, Never>?)] = [:]
    private var isSeen: Set<String> = []
    private var disappearing: [String: () -> Void] = [:]

    public init(_ view: any View, environment: EnvironmentValues = EnvironmentValues()) {
        self.view = view
        self.environment = environment
    }

    /// Evaluates the view. Starts the tasks of views that are new, and cancels those of views that are gone.
    public func render() -> Node {
        isSeen = []
        let root = Node("Root", children: view.nodes(RenderContext(host: self, path: "", environment: environment)))
        for path in lifetimes.keys where !isSeen.contains(path) {
            lifetimes.removeValue(forKey: path)?.task?.cancel()
            disappearing.removeValue(forKey: path)?()
        }
        return root
    }

    /// Runs an action when a view appears, and again when its id changes.
    func appear(_ path: String, id: AnyHashable, _ action: () -> Task<Void, Never>?, disappear: (() -> Void)? = nil) {
        isSeen.insert(path)
        disappearing[path] = disappear
        if let lifetime = lifetimes[path], lifetime.id == id { return }
        lifetimes[path]?.task?.cancel()
        lifetimes[path] = (id, nil)
        lifetimes[path] = (id, action())
    }

    /// Runs an action when a value changes, but not when its view appears.
    func change(_ path: String, id: AnyHashable, _ action: () -> Void) {
        isSeen.insert(path)
        let previous = lifetimes[path]
        lifetimes[path] = (id, nil)
        if let previous, previous.id != id { action() }
    }

    /// Waits until the screen meets a condition, or the task is cancelled. Evaluates the view again whenever something that it reads
    /// has changed. Returns the screen, and whether it meets the condition.
    public func wait(until condition: @escaping @MainActor (Node) -> Bool) async -> (screen: Node, isMet: Bool) {
        while true {
            let (changes, continuation) = AsyncStream.makeStream(of: Void.self)
            let screen = withObservationTracking {
                render()
            } onChange: {
                continuation.yield()
            }
            if condition(screen) { return (screen, true) }
            for await _ in changes { break }
            if Task.isCancelled { return (screen, false) }
            // The change is announced before it is made.
            await Task.yield()
        }
    }

    /// Ends all tasks, as the end of the process does.
    public func close() {
        for lifetime in lifetimes.values { lifetime.task?.cancel() }
        lifetimes = [:]
    }
}
