// Builds the app for phones from the same sources that pom.xml compiles for the tests on the JVM.

import org.jetbrains.kotlin.gradle.dsl.JvmTarget

buildscript {
    dependencies {
        // Overrides the older Kotlin version of the Android plugin.
        classpath(libs.kotlin.gradle.plugin)
    }
}

plugins {
    alias(libs.plugins.android.application)
}

android {
    namespace = "org.jalon.sample"
    compileSdk = 36

    defaultConfig {
        applicationId = "org.jalon.sample"
        minSdk = 24
        targetSdk = 36
        versionCode = 1
        versionName = "0.1.0"
    }

    // The map: drawn by the app itself, or by MapLibre.
    flavorDimensions += "map"
    productFlavors {
        create("canvas") { dimension = "map" }
        create("maplibre") { dimension = "map" }
    }

    buildTypes {
        release {
            isMinifyEnabled = true
            isShrinkResources = true
            proguardFiles(getDefaultProguardFile("proguard-android-optimize.txt"))
        }
    }

    compileOptions {
        sourceCompatibility = JavaVersion.VERSION_17
        targetCompatibility = JavaVersion.VERSION_17
    }

    // The tests run in Robolectric, without an SDK: see pom.xml and `test`.
    sourceSets.named("test") { kotlin.directories.clear() }
}

kotlin {
    compilerOptions {
        jvmTarget = JvmTarget.JVM_17
    }
}

dependencies {
    implementation("org.jalon:jalon-android:0.1.0")
    implementation(libs.coroutines)
    implementation(libs.work)
    "maplibreImplementation"(libs.maplibre)
}
