import { render } from 'preact'
import { App } from './app.tsx'
import './styles/base.css'
import './styles/layout.css'
import './styles/controls.css'
import './styles/signs.css'
import './styles/webhooks.css'
import './styles/dialog.css'
import './styles/form.css'
import './styles/cards.css'
import './styles/log.css'
import './styles/delivery.css'

const root = document.getElementById('console')
if (root !== null) render(<App />, root)
