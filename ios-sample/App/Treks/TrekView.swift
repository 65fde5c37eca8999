import Jalon
import SwiftUI

struct TrekView: View {
    @State var model: TrekModel

    @Environment(Home.self) private var home
    @Environment(\.dismiss) private var dismiss
    @State private var asksToFollow = false
    @State private var shared: SharedFile?

    var body: some View {
        List {
            switch model.state {
            case .loading:
                ProgressView()
            case .failed(let failure):
                FailureView(failure: failure, back: { dismiss() }) { await model.load() }
            case .loaded(let contents):
                FailureRow(failure: model.failure)
                TrekHeader(details: contents.details, format: home.library.format)
                DownloadSection(model: model.download, name: contents.details.name)
                actions(contents)
                if let profile = contents.profile {
                    ProfileSection(model: model, profile: profile)
                }
                TrekTexts(details: contents.details, labels: contents.labels)
                TrekZones(zones: contents.zones)
                TrekPlaces(model: model, details: contents.details)
            }
        }
        .navigationTitle(model.contents?.details.name ?? "")
        .navigationBarTitleDisplayMode(.inline)
        .shareSheet($shared)
        .confirmationDialog(Texts.trekFollow, isPresented: $asksToFollow, titleVisibility: .visible) {
            Button(Texts.actionStart) { Task { await home.follow(model.key) } }
            Button(Texts.actionCancel, role: .cancel) {}
        } message: {
            Text(model.contents?.warnings.joined(separator: "\n") ?? "")
        }
        .task(id: model.request) { await model.load() }
    }

    private func actions(_ contents: TrekModel.Contents) -> some View {
        Section {
            Button(Texts.trekFollow, systemImage: "location.north.line") { asksToFollow = true }
                .disabled(!contents.hasRoute)
            NavigationLink(value: Route.trekMap(model.key)) { Label(Texts.trekShowOnMap, systemImage: "map") }
            Button(
                contents.isFavourite ? Texts.trekFavouriteRemove : Texts.trekFavouriteAdd,
                systemImage: contents.isFavourite ? "star.fill" : "star"
            ) {
                Task { await model.toggleFavourite() }
            }
            Button(Texts.trekShareGpx, systemImage: "square.and.arrow.up") {
                Task { shared = await model.gpxFile().map(SharedFile.init) }
            }
            .disabled(!contents.hasRoute)
            Button(Texts.reportNew, systemImage: "exclamationmark.bubble") { home.router.sheet = .newReport(model.key) }
        }
    }
}

/// Pictures, figures and notices.
struct TrekHeader: View {
    let details: TrekDetails
    let format: Format

    var body: some View {
        Section {
            PictureStrip(pictures: details.pictures, name: details.name)
            if details.withdrawnMs != nil {
                Label(Texts.trekWithdrawn, systemImage: "info.circle")
            }
            if let length = details.lengthM { LabeledContent(Texts.trekLength, value: format.distance(length)) }
            if let ascent = details.ascentM { LabeledContent(Texts.trekAscent, value: format.elevation(ascent)) }
            if let duration = details.durationH { LabeledContent(Texts.trekDuration, value: format.duration(hours: duration)) }
            if let difficulty = details.difficulty { LabeledContent(Texts.treksDifficulty, value: difficulty) }
            if let practice = details.practice { LabeledContent(Texts.treksPractice, value: practice) }
        }
    }
}

/// The texts of the park.
struct TrekTexts: View {
    let details: TrekDetails
    let labels: [GuideLabel]

    var body: some View {
        section(Texts.trekDescription, [details.descriptionTeaser, details.ambiance, details.description])
        section(Texts.trekAdvice, [details.advice, details.gear, details.accessibilityAdvice])
        section(Texts.trekAccess, [details.access, details.advisedParking, details.publicTransport])
        if !details.labels.isEmpty {
            Section(Texts.trekLabels) {
                ForEach(details.labels, id: \.self) { label in
                    VStack(alignment: .leading) {
                        Text(label)
                        if let advice = labels.first(where: { $0.name == label })?.advice, !advice.isEmpty {
                            Text(advice)
                                .font(.subheadline)
                                .foregroundStyle(.secondary)
                        }
                    }
                }
            }
        }
    }

    @ViewBuilder private func section(_ title: String, _ texts: [RichText?]) -> some View {
        let texts = texts.compactMap { $0?.plain }.filter { !$0.isEmpty }
        if !texts.isEmpty {
            Section(title) {
                ForEach(texts, id: \.self) { Text($0).textSelection(.enabled) }
            }
        }
    }
}

/// The sensitive areas in season this month with their rules.
struct TrekZones: View {
    let zones: [GuideZone]

    var body: some View {
        Section(Texts.trekZones) {
            if zones.isEmpty { Text(Texts.trekZonesNone) }
            ForEach(zones, id: \.id) { zone in
                VStack(alignment: .leading, spacing: 4) {
                    Label(zone.name, systemImage: "bird")
                        .font(.headline)
                    if !zone.rules.isEmpty { Text(zone.rules) }
                    if !zone.contact.isEmpty { Text(Texts.trekZoneContact(zone.contact)) }
                }
                .accessibilityElement(children: .combine)
            }
        }
    }
}

/// Stages, places along the way and desks.
struct TrekPlaces: View {
    let model: TrekModel
    let details: TrekDetails

    @Environment(Home.self) private var home

    var body: some View {
        if !details.stages.isEmpty {
            Section(Texts.trekStages) {
                ForEach(details.stages, id: \.id) { stage in
                    let title = "\(stage.number). \(stage.name)"
                    NavigationLink(title, value: Route.trek(PackKey(territory: details.territory, trek: stage.id)))
                }
            }
        }
        if !model.places.isEmpty {
            Section(Texts.trekAlong) {
                ForEach(model.places, id: \.self) { item in
                    NavigationLink(value: route(item.kind, item.id)) {
                        LabeledContent(item.name, value: Texts.trekAtDistance(home.library.format.distance(item.alongM)))
                    }
                }
            }
        }
        if !details.informationDesks.isEmpty {
            Section(Texts.trekDesks) {
                ForEach(details.informationDesks, id: \.id) { desk in
                    NavigationLink(desk.name, value: route(.informationDesk, desk.id))
                }
            }
        }
    }

    private func route(_ kind: Kind, _ id: Int64) -> Route {
        .object(ObjectKey(territory: details.territory, kind: kind, id: id, trek: model.key))
    }
}

extension TrekItem {
    var key: PackKey { PackKey(territory: territory, trek: id) }
}
