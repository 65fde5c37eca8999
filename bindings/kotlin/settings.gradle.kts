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

// With `group` below, an app that says includeBuild("…/bindings/kotlin") gets this for org.jalon:jalon-android.
rootProject.name = "jalon-android"
