// swift-tools-version: 6.0
import PackageDescription

// For Linux only: compiles AppModel and App, as Xcode does in one module, and runs the tests. LinuxStandIn has modules named
// after Apple's frameworks. On a Mac, open Jalon.xcodeproj.
let package = Package(
    name: "JalonSample",
    dependencies: [.package(path: "../bindings/swift")],
    targets: [
        .target(name: "SwiftUI", path: "LinuxStandIn/SwiftUI", swiftSettings: [.swiftLanguageMode(.v5)]),
        .executableTarget(
            name: "JalonSample",
            dependencies: ["SwiftUI", .product(name: "Jalon", package: "swift")],
            path: ".",
            exclude: ["LinuxStandIn", "Tests", "README.md", "test", "App/Localizable.xcstrings"],
            sources: ["AppModel", "App"]
        ),
        .testTarget(name: "JalonSampleTests", dependencies: ["JalonSample", "SwiftUI"], path: "Tests"),
    ]
)
