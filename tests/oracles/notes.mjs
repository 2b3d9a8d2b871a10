// Reads texts as a JSON list, and prints as JSON what the networks' own libraries act on in each: X's and Bluesky's.
import atproto from '@atproto/api'
import { readFileSync } from 'node:fs'
import twitter from 'twitter-text'

function ofX(text) {
  return twitter.extractEntitiesWithIndices(text, { extractUrlsWithoutProtocol: true }).map(entity =>
    entity.url ? ['link', entity.url]
      : entity.screenName ? ['mention', entity.screenName]
      : entity.hashtag ? ['hashtag', entity.hashtag]
      : ['cashtag', entity.cashtag])
}

function ofBluesky(text) {
  const rich = new atproto.RichText({ text })
  rich.detectFacetsWithoutResolution()
  return (rich.facets ?? []).flatMap(facet => facet.features.map(feature =>
    feature.uri ? ['link', feature.uri]
      : feature.did ? ['mention', feature.did]
      : ['hashtag', feature.tag]))
}

const texts = JSON.parse(readFileSync(0, 'utf8'))
process.stdout.write(JSON.stringify(texts.map(text => ({ x: ofX(text), bluesky: ofBluesky(text) }))))
