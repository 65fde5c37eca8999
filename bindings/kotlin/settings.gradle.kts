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

// With the group of build.gradle.kts, includeBuild("…/bindings/kotlin") substitutes this build for org.jalon:jalon-android.
rootProject.name = "jalon-android"
