import Jalon
import UIKit

/// Owns the app's model, because the system also starts the app without a screen, and gets the calls that SwiftUI has no equivalent
/// for.
final class AppDelegate: NSObject, UIApplicationDelegate {
    let app: AppModel
    private let refresh: BackgroundRefresh

    override init() {
        let configuration = Configuration()
        do {
            app = AppModel(
                AppModel.Ports(
                    directories: try .applicationSupport(named: configuration.directory), defaults: .standard,
                    position: CoreLocationSource(), speaker: SpeechSpeaker(), transfers: BackgroundTransferRunner.shared,
                    bundledArchive: Bundle.main.url(forResource: configuration.bundledArchive, withExtension: "zip"),
                    configuration: configuration))
        } catch {
            // Without a directory in Application Support, which the system always allows, no app can keep anything.
            fatalError("Application Support cannot be used: \(error)")
        }
        refresh = BackgroundRefresh(app)
        super.init()
    }

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
