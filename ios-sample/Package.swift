// swift-tools-version: 6.0
import PackageDescription

// For Linux only: compiles AppModel and App, as Xcode does in one module, and runs the tests. LinuxStandIn has modules named
// after Apple's frameworks. On a Mac, open Jalon.xcodeproj.
let jalon = Target.Dependency.product(name: "Jalon", package: "swift")

func standIn(_ name: String, dependencies: [Target.Dependency] = []) -> Target {
    .target(name: name, dependencies: dependencies, path: "LinuxStandIn/\(name)", swiftSettings: [.swiftLanguageMode(.v5)])
}

let package = Package(
    name: "JalonSample",
    dependencies: [.package(path: "../bindings/swift")],
    targets: [
        standIn("LinuxStringCatalogue"),
        standIn("UIKit", dependencies: [jalon]),
        standIn("SwiftUI", dependencies: ["UIKit"]),
        standIn("PhotosUI", dependencies: ["SwiftUI"]),
        standIn("BackgroundTasks"),
        standIn("CoreLocation", dependencies: [jalon]),
        standIn("AVFoundation"),
        .executableTarget(
            name: "JalonSample",
            dependencies: [
                jalon, "SwiftUI", "UIKit", "PhotosUI", "BackgroundTasks", "CoreLocation", "AVFoundation",
                "LinuxStringCatalogue",
            ],
            path: ".",
            exclude: [
                "LinuxStandIn", "Tests", "Jalon.xcodeproj", "README.md", "check-project", "test", "App/Assets.xcassets",
                "App/Info.plist", "App/InfoPlist.xcstrings", "App/Localizable.xcstrings", "App/PrivacyInfo.xcprivacy",
                "App/demo-territory.zip",
            ],
            sources: ["AppModel", "App"]
        ),
        .testTarget(name: "JalonSampleTests", dependencies: ["JalonSample", "SwiftUI"], path: "Tests"),
    ]
)
