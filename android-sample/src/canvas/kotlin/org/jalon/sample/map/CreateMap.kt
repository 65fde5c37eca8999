package org.jalon.sample.map

import org.jalon.sample.Screen

/** Makes the map of a screen: in this flavour one that is drawn on a canvas. */
fun createMap(screen: Screen): MapSurface = CanvasMap(screen.context, screen.scope) { screen.services.jalon() }
