import SwiftUI

@main
struct JalonSampleApp: App {
    var body: some Scene {
        WindowGroup { Text("x") }
    }
}
