// A stand-in for UIKit on Linux: the declarations that this sample uses, so that it is type-checked. It shows nothing.

@_exported import Foundation
import Jalon

public final class UIImage: @unchecked Sendable {
    public init?(data: Data) {
        if data.isEmpty { return nil }
    }

    public init?(contentsOfFile path: String) {
        if !FileManager.default.fileExists(atPath: path) { return nil }
    }

    public func jpegData(compressionQuality: CGFloat) -> Data? { nil }
}

@MainActor
open class UIResponder: NSObject {
    override nonisolated public init() {}
}

open class UIViewController: UIResponder {}

public final class UIActivityViewController: UIViewController {
    public init(activityItems: [Any], applicationActivities: [Any]?) {}
}

@MainActor
public protocol UINavigationControllerDelegate: NSObjectProtocol {}

@MainActor
public protocol UIImagePickerControllerDelegate: NSObjectProtocol {
    func imagePickerController(
        _ picker: UIImagePickerController, didFinishPickingMediaWithInfo info: [UIImagePickerController.InfoKey: Any])
    func imagePickerControllerDidCancel(_ picker: UIImagePickerController)
}

public final class UIImagePickerController: UIViewController {
    public enum SourceType: Int {
        case photoLibrary, camera
    }

    public struct InfoKey: Hashable, Sendable {
        public static let originalImage = InfoKey()
    }

    public static func isSourceTypeAvailable(_ sourceType: SourceType) -> Bool { false }
    public var sourceType = SourceType.photoLibrary
    public weak var delegate: (any UIImagePickerControllerDelegate & UINavigationControllerDelegate)?
}

public final class UIApplication: UIResponder {
    public struct LaunchOptionsKey: Hashable, Sendable {}

    public static let shared = UIApplication()
    public static let openSettingsURLString = "app-settings:"

    @discardableResult
    public func beginBackgroundTask(expirationHandler handler: (@MainActor @Sendable () -> Void)? = nil)
        -> UIBackgroundTaskIdentifier
    {
        UIBackgroundTaskIdentifier(rawValue: 0)
    }

    public func endBackgroundTask(_ identifier: UIBackgroundTaskIdentifier) {}
}

public struct UIBackgroundTaskIdentifier: Hashable, Sendable {
    let rawValue: Int
}

@MainActor
public protocol UIApplicationDelegate: NSObjectProtocol {}

// Foundation for Linux has no background sessions, so the package has these initializers on Apple's systems only.
extension TransferSession {
    public convenience init(background identifier: String) {
        self.init(usesFiles: true)
    }

    public func setBackgroundCompletionHandler(_ handler: @escaping @Sendable () -> Void) {}
}

extension ReportSession {
    public convenience init(_ reports: Reports, background identifier: String) {
        self.init(reports)
    }

    public func setBackgroundCompletionHandler(_ handler: @escaping @Sendable () -> Void) {}
}
