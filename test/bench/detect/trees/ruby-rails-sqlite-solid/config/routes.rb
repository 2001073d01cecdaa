Rails.application.routes.draw { root "entries#index" }
