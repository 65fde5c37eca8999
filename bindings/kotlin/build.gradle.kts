// The package for Android: the same files as pom.xml builds for the JVM, and src/android beside them.

import org.jetbrains.kotlin.gradle.dsl.JvmTarget

buildscript {
    dependencies {
        // The plugin brings its own, older Kotlin.
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
    // Release 28 aligns to pages of 16 KB by itself.
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
    description = "Builds the library for each processor and generates its Kotlin; cargo knows what is still fresh."
    commandLine("./build-android", native.get().path)
    environment("ANDROID_NDK_HOME", androidComponents.sdkComponents.ndkDirectory.get().asFile.path)
}

tasks.named("preBuild") { dependsOn(buildNative) }

dependencies {
    api(libs.coroutines)
    implementation(variantOf(libs.jna) { artifactType("aar") })
    // An app that uses OkHttpDriver or the workers has these; one that does not is not made to: OkHttp's manifest asks
    // for the permission INTERNET.
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
                description = "An offline-first companion for walkers, on what is published with Geotrek"
                licenses {
                    license { name = "MIT" }
                    license { name = "Apache-2.0" }
                }
            }
        }
    }
}
