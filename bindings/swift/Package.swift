// swift-tools-version: 6.0
import PackageDescription

// The library itself. On Apple's systems a framework that `xcframework` builds; on Linux the shared library that cargo
// builds, whose folder the linker is told: `-Xlinker -L<folder> -Xlinker -rpath=<folder>`.
#if os(Linux)
    let library: Target = .systemLibrary(name: "JalonFFI", path: "Sources/JalonFFI")
    let linked: [LinkerSetting] = [.linkedLibrary("jalon_ffi")]
#else
    let library: Target = .binaryTarget(name: "JalonFFI", path: "JalonFFI.xcframework")
    let linked: [LinkerSetting] = []
#endif

let package = Package(
    name: "Jalon",
    platforms: [.iOS(.v15), .macOS(.v12)],
    products: [.library(name: "Jalon", targets: ["Jalon"])],
    targets: [
        library,
        // Generated from the library by `bindings/generate`. In Swift 6 mode the generated code crashes compiler 6.0.3.
        .target(
            name: "JalonGenerated",
            dependencies: ["JalonFFI"],
            exclude: ["README.md"],
            swiftSettings: [.swiftLanguageMode(.v5)],
            linkerSettings: linked
        ),
        .target(
            name: "Jalon",
            dependencies: ["JalonGenerated"],
            resources: [.copy("PrivacyInfo.xcprivacy")]
        ),
        .testTarget(name: "JalonTests", dependencies: ["Jalon"]),
    ]
)
