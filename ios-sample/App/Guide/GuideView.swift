import Jalon
import SwiftUI
import UIKit

struct GuideView: View {
    @Bindable var model: GuideModel

    @Environment(Home.self) private var home
    @State private var asksToStop = false

    var body: some View {
        List {
            FailureRow(failure: model.failure)
            if let walk = model.walk {
                if model.permission == .denied { PermissionNotice() }
                GuideState(model: model, walk: walk)
                GuideAhead(model: model)
                GuideAnnouncements(model: model)
                Section {
                    Toggle(Texts.guideRecord, isOn: recording)
                    Button(Texts.actionStop, systemImage: "stop.circle", role: .destructive) { asksToStop = true }
                }
            } else {
                ContentUnavailableView {
                    Label(Texts.guideNoneTitle, systemImage: "location.north.line")
                } description: {
                    Text(Texts.guideNoneHint)
                    Text(Texts.guidePermission)
                }
            }
        }
        .navigationTitle(model.walk.map { Texts.guideNotification($0.name) } ?? Texts.tabGuide)
        .navigationBarTitleDisplayMode(.inline)
        .safeAreaInset(edge: .bottom) { EmergencyButton() }
        .confirmationDialog(
            Texts.guideStopQuestion(model.walk?.name ?? ""), isPresented: $asksToStop, titleVisibility: .visible
        ) {
            Button(Texts.actionStop, role: .destructive) { Task { await model.stop() } }
            Button(Texts.actionCancel, role: .cancel) {}
        }
    }

    private var recording: Binding<Bool> {
        Binding(get: { model.isRecording }, set: { records in Task { await model.setRecording(records) } })
    }
}

/// Says how to allow the position after it was denied.
private struct PermissionNotice: View {
    @Environment(\.openURL) private var openURL

    var body: some View {
        Section {
            Text(Texts.guidePermissionDenied)
            if let settings = URL(string: UIApplication.openSettingsURLString) {
                Button(Texts.actionOpen, systemImage: "gear") { openURL(settings) }
            }
        }
    }
}

/// Where the walker is, and what is left.
private struct GuideState: View {
    let model: GuideModel
    let walk: GuideModel.Walk

    @Environment(Home.self) private var home

    var body: some View {
        Section {
            Text(model.stateText)
                .font(.title2)
                .foregroundStyle(isOnRoute ? Color.primary : Color("Route"))
                .accessibilityAddTraits(.updatesFrequently)
            if let back = model.wayBackText { Label(back, systemImage: "arrow.uturn.backward") }
            if let profile = walk.profile {
                ProfileChart(profile: profile, fraction: fraction)
                    .frame(height: 90)
                    .accessibilityLabel(Texts.trekProfile)
            }
            if let left = model.update?.leftM {
                LabeledContent(Texts.guideLeft, value: home.library.format.distance(left))
            }
            if let ascent = model.update?.ascentLeftM {
                LabeledContent(Texts.guideAscentLeft, value: home.library.format.elevation(ascent))
            }
            if let hours = model.hoursLeft {
                LabeledContent(Texts.guideTimeLeft, value: home.library.format.duration(hours: hours))
            }
            if let arrival = model.arrivalText {
                LabeledContent(Texts.guideArrival, value: arrival)
            }
            if model.isLate {
                Label(Texts.guideLate, systemImage: "moon.stars")
                    .foregroundStyle(.orange)
            }
        }
    }

    private var isOnRoute: Bool { ![.offRoute, .wrongWay].contains(model.update?.state) }

    private var fraction: Double? {
        guard let along = model.update?.alongM, let left = model.update?.leftM, along + left > 0 else { return nil }
        return along / (along + left)
    }
}

private struct GuideAhead: View {
    let model: GuideModel

    @Environment(Home.self) private var home

    var body: some View {
        Section(Texts.guideAhead) {
            if model.ahead.isEmpty { Text(Texts.guideNothingAhead) }
            ForEach(model.ahead, id: \.place) { place, distance in
                LabeledContent(place.name, value: Texts.guideInDistance(home.library.format.distance(distance)))
            }
        }
    }
}

private struct GuideAnnouncements: View {
    let model: GuideModel

    @Environment(Home.self) private var home

    var body: some View {
        @Bindable var settings = home.library.settings
        Section(Texts.guideAnnouncements) {
            Button(
                settings.speaksAnnouncements ? Texts.guideSoundOff : Texts.guideSoundOn,
                systemImage: settings.speaksAnnouncements ? "speaker.slash" : "speaker.wave.2"
            ) {
                settings.speaksAnnouncements.toggle()
            }
            ForEach(model.announcements, id: \.self) { Text($0.text) }
        }
    }
}

/// Opens the emergency sheet: the first of two taps.
private struct EmergencyButton: View {
    @Environment(Home.self) private var home

    var body: some View {
        Button(Texts.guideEmergency, systemImage: "sos") { home.router.sheet = .emergency }
            .buttonStyle(.borderedProminent)
            .controlSize(.large)
            .tint(.red)
            .padding()
    }
}
