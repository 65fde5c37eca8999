package org.jalon.sample.map

import org.jalon.sample.Screen

/** Makes the map of a screen: in this flavour one of MapLibre. */
fun createMap(screen: Screen): MapSurface = MapLibreMap(screen)
