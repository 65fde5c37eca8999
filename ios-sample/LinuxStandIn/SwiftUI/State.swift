import Foundation
import Observation
@_exported import Observation

@Observable
final class Box<Value> {
    var value: Value

    init(_ value: Value) {
        self.value = value
    }
}

final class Location<Value> {
    var box: Box<Value>

    init(_ value: Value) {
        box = Box(value)
    }
}

@propertyWrapper
public struct State<Value>: StoredProperty {
    let location: Location<Value>

    public init(wrappedValue: Value) {
        location = Location(wrappedValue)
    }

    public init(initialValue: Value) {
        location = Location(initialValue)
    }

    public var wrappedValue: Value {
        get { location.box.value }
        nonmutating set { location.box.value = newValue }
    }

    public var projectedValue: Binding<Value> {
        let location = location
        return Binding(get: { location.box.value }, set: { location.box.value = $0 })
    }

    func install(_ context: RenderContext) {
        if let box = context.host.boxes[context.path] as? Box<Value> {
            location.box = box
        } else {
            context.host.boxes[context.path] = location.box
        }
    }
}

extension State where Value: ExpressibleByNilLiteral {
    public init() {
        self.init(wrappedValue: nil)
    }
}

@propertyWrapper @dynamicMemberLookup
public struct Binding<Value> {
    let get: () -> Value
    let set: (Value) -> Void

    public init(get: @escaping () -> Value, set: @escaping (Value) -> Void) {
        (self.get, self.set) = (get, set)
    }

    public static func constant(_ value: Value) -> Binding<Value> {
        Binding(get: { value }, set: { _ in })
    }

    public var wrappedValue: Value {
        get { get() }
        nonmutating set { set(newValue) }
    }

    public var projectedValue: Binding<Value> { self }

    public subscript<Subject>(dynamicMember path: WritableKeyPath<Value, Subject>) -> Binding<Subject> {
        Binding<Subject>(
            get: { wrappedValue[keyPath: path] },
            set: {
                var value = wrappedValue
                value[keyPath: path] = $0
                wrappedValue = value
            })
    }
}

@propertyWrapper @dynamicMemberLookup
public struct Bindable<Value: AnyObject> {
    public var wrappedValue: Value

    public init(wrappedValue: Value) {
        self.wrappedValue = wrappedValue
    }

    public init(_ wrappedValue: Value) {
        self.wrappedValue = wrappedValue
    }

    public var projectedValue: Bindable<Value> { self }

    public subscript<Subject>(dynamicMember path: ReferenceWritableKeyPath<Value, Subject>) -> Binding<Subject> {
        let object = wrappedValue
        return Binding(get: { object[keyPath: path] }, set: { object[keyPath: path] = $0 })
    }
}

@propertyWrapper
public struct Environment<Value>: StoredProperty {
    private final class Values {
        var values = EnvironmentValues()
    }

    private let installed = Values()
    private let read: (EnvironmentValues) -> Value

    public init(_ path: KeyPath<EnvironmentValues, Value>) {
        read = { $0[keyPath: path] }
    }

    public init(_ type: Value.Type) where Value: AnyObject, Value: Observable {
        read = { values in
            guard let object = values.objects[ObjectIdentifier(type)] as? Value else {
                fatalError("no \(type) in the environment")
            }
            return object
        }
    }

    public var wrappedValue: Value { read(installed.values) }

    func install(_ context: RenderContext) {
        installed.values = context.environment
    }
}

public enum ScenePhase: Comparable {
    case background, inactive, active
}

@MainActor
public struct DismissAction {
    let action: () -> Void

    public func callAsFunction() { action() }
}

@MainActor
public struct OpenURLAction {
    let action: (URL) -> Void

    public func callAsFunction(_ url: URL) { action(url) }
}

public struct EnvironmentValues {
    var objects: [ObjectIdentifier: AnyObject] = [:]
    public var isEnabled = true
    var isSelectedTab = false
    public var locale = Locale.current
    public var scenePhase = ScenePhase.active
    public var dismiss: DismissAction
    public var openURL: OpenURLAction

    @preconcurrency nonisolated public init() {
        dismiss = MainActor.assumeIsolated { DismissAction {} }
        openURL = MainActor.assumeIsolated { OpenURLAction { _ in } }
    }
}
