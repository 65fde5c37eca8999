import UIKit

/// Gets the calls of the system that SwiftUI has no equivalent for.
final class AppDelegate: NSObject, UIApplicationDelegate {
    weak var app: AppModel? {
        didSet { refresh.app = app }
    }

    private let refresh = BackgroundRefresh()

    func application(
        _ application: UIApplication, didFinishLaunchingWithOptions options: [UIApplication.LaunchOptionsKey: Any]? = nil
    ) -> Bool {
        refresh.register()
        return true
    }

    func application(
        _ application: UIApplication, handleEventsForBackgroundURLSession identifier: String,
        completionHandler: @escaping () -> Void
    ) {
        BackgroundTransferRunner.shared.handleEvents(of: identifier, completionHandler)
    }
}
