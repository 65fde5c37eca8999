import BackgroundTasks
import Foundation
import Jalon

/// Sends the waiting reports and updates the territories while the app is in the background, when the system allows it.
@MainActor
final class BackgroundRefresh {
    /// The same as in `BGTaskSchedulerPermittedIdentifiers` of Info.plist.
    private static let identifier = "org.jalon.sample.refresh"

    private let app: AppModel

    init(_ app: AppModel) {
        self.app = app
    }

    /// Must be called before the app has finished launching.
    func register() {
        _ = BGTaskScheduler.shared.register(forTaskWithIdentifier: Self.identifier, using: .main) { [weak self] task in
            nonisolated(unsafe) let task = task
            MainActor.assumeIsolated { self?.run(task) }
        }
        schedule()
    }

    private func schedule() {
        let request = BGAppRefreshTaskRequest(identifier: Self.identifier)
        request.earliestBeginDate = Date(timeIntervalSinceNow: 6 * 3_600)
        // The system refuses on the simulator, and if the person has switched background refresh off.
        try? BGTaskScheduler.shared.submit(request)
    }

    private func run(_ task: BGTask) {
        schedule()
        let work = Task { [app] in
            let isDone = await app.refreshInBackground()
            task.setTaskCompleted(success: isDone)
        }
        task.expirationHandler = { work.cancel() }
    }
}
