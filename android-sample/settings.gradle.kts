pluginManagement {
    repositories {
        google()
        mavenCentral()
        gradlePluginPortal()
    }
}

dependencyResolutionManagement {
    repositoriesMode = RepositoriesMode.FAIL_ON_PROJECT_REPOS
    repositories {
        google()
        mavenCentral()
    }
}

rootProject.name = "android-sample"

// The package of this repository stands in for org.jalon:jalon-android. It builds the native library, which needs Rust and the NDK.
includeBuild("../bindings/kotlin")
