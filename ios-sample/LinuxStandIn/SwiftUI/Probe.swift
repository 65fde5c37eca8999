@MainActor @preconcurrency public protocol View { associatedtype Body: View; var body: Body { get } }
extension Never: View { public var body: Never { fatalError() } }
public struct Text: View { public typealias Body = Never; public var body: Never { fatalError() }; public init(_ s: String) {} }
@MainActor @preconcurrency public protocol Scene { associatedtype Body; var body: Body { get } }
extension Never: Scene {}
public struct WindowGroup<Content: View>: Scene { public init(content: () -> Content) {}; public var body: Never { fatalError() } }
@MainActor @preconcurrency public protocol App { associatedtype Body: Scene; var body: Body { get }; init() }
extension App { public static func main() { fatalError() } }
