// A stand-in for BackgroundTasks on Linux: the declarations that this sample uses, so that it is type-checked. It runs nothing.

import Foundation

open class BGTask: NSObject {
    public var expirationHandler: (() -> Void)?

    public func setTaskCompleted(success: Bool) {}
}

public final class BGAppRefreshTask: BGTask {}

open class BGTaskRequest: NSObject {
    public var earliestBeginDate: Date?
}

public final class BGAppRefreshTaskRequest: BGTaskRequest {
    public init(identifier: String) {}
}

public final class BGTaskScheduler: NSObject, @unchecked Sendable {
    public static let shared = BGTaskScheduler()

    public func register(
        forTaskWithIdentifier identifier: String, using queue: DispatchQueue?, launchHandler: @escaping (BGTask) -> Void
    ) -> Bool { true }

    public func submit(_ request: BGTaskRequest) throws {}
}
