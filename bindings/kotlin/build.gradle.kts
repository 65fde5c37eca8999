// Builds the package for Android from the same sources as pom.xml, and from src/android.

import org.jetbrains.kotlin.gradle.dsl.JvmTarget

buildscript {
    dependencies {
        // Overrides the older Kotlin version of the Android plugin.
        classpath(libs.kotlin.gradle.plugin)
    }
}

plugins {
    alias(libs.plugins.android.library)
    `maven-publish`
}

group = "org.jalon"
version = "0.1.0"

val cargoTarget = providers.environmentVariable("CARGO_TARGET_DIR").orElse(file("../../target").path)
val native = cargoTarget.map { File(it, "kotlin/android") }

android {
    namespace = "org.jalon.android"
    compileSdk = 36
    // NDK r28 aligns libraries to pages of 16 KB by default.
    ndkVersion = "28.2.13676358"

    defaultConfig {
        minSdk = 24
        consumerProguardFiles("consumer-rules.pro")
    }

    compileOptions {
        sourceCompatibility = JavaVersion.VERSION_17
        targetCompatibility = JavaVersion.VERSION_17
    }

    sourceSets.named("main") {
        kotlin.directories += listOf("src/android/kotlin", native.get().resolve("generated").path)
        jniLibs.directories += native.get().resolve("jniLibs").path
    }

    publishing {
        singleVariant("release") { withSourcesJar() }
    }
}

kotlin {
    compilerOptions {
        jvmTarget = JvmTarget.JVM_17
    }
}

val buildNative by tasks.registering(Exec::class) {
    description = "Builds the native libraries and generates the Kotlin bindings. Cargo skips what is up to date."
    commandLine("./build-android", native.get().path)
    environment("ANDROID_NDK_HOME", androidComponents.sdkComponents.ndkDirectory.get().asFile.path)
}

tasks.named("preBuild") { dependsOn(buildNative) }

dependencies {
    api(libs.coroutines)
    implementation(variantOf(libs.jna) { artifactType("aar") })
    // An app that uses OkHttpDriver or the workers adds these dependencies itself. They are not added for other apps,
    // because the manifest of OkHttp requests the permission INTERNET.
    compileOnly(libs.okhttp)
    compileOnly(libs.work)
}

publishing {
    publications {
        register<MavenPublication>("release") {
            artifactId = "jalon-android"
            afterEvaluate { from(components["release"]) }
            pom {
                name = "Jalon"
                description = "Treks and points of interest of a Geotrek territory, usable without a network"
                licenses {
                    license { name = "MIT" }
                    license { name = "Apache-2.0" }
                }
            }
        }
    }
}
