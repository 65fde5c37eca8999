import SwiftUI

@main
struct JalonSampleApp: App {
    @UIApplicationDelegateAdaptor private var delegate: AppDelegate

    var body: some Scene {
        WindowGroup {
            RootView(app: delegate.app)
        }
    }
}
