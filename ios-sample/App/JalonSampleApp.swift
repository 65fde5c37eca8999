import Jalon
import SwiftUI
import UIKit

@main
struct JalonSampleApp: App {
    @UIApplicationDelegateAdaptor private var delegate: AppDelegate
    @State private var app: AppModel

    init() {
        let configuration = Configuration()
        do {
            let ports = AppModel.Ports(
                directories: try .applicationSupport(named: configuration.directory), defaults: .standard,
                position: CoreLocationSource(), speaker: SpeechSpeaker(), transfers: BackgroundTransferRunner.shared,
                bundledArchive: Bundle.main.url(forResource: configuration.bundledArchive, withExtension: "zip"),
                configuration: configuration)
            _app = State(initialValue: AppModel(ports))
        } catch {
            // Without a directory in Application Support, which the system always allows, no app can keep anything.
            fatalError("Application Support cannot be used: \(error)")
        }
    }

    var body: some Scene {
        WindowGroup {
            RootView(app: app)
                .task { delegate.app = app }
        }
    }
}
